// The verifier of proof files and of codes from paper that goes with verify.mjs, from docs/spec/ alone.

import { inflateSync } from 'node:zlib';
import * as tb from './timebank.mjs';
import {
  Bad, CERTIFICATE, CHANGE, HEADER, SUMMARY, TRANSACTION, any, array, bytes, chainIdOf, checkCertificate, decode, hash,
  hex, named, need, record, setHash, uint, walkTrail,
} from './verify.mjs';

const CLAIMS = new Map([
  [22, record(22, bytes, uint, array(hash))],
  [23, record(23, bytes, uint, uint, array(hash), SUMMARY, uint, array(hash))],
  [24, record(24, uint, bytes, bytes, any)],
]);
CLAIMS.set(27, record(27, CLAIMS.get(24), array(CLAIMS.get(24))));
const ANCHORS = new Map([
  [25, record(25, HEADER, CERTIFICATE, array(CHANGE))],
  [26, record(26, SUMMARY, uint, array(hash), bytes, array(CHANGE))],
]);
const PROOF = record(21, uint, hash, any, any);
const shaped = (value, shapes) => Array.isArray(value) && Boolean(shapes.get(value[0])?.(value));

// ---- proofs.md and checkpoints.md

function byBlock(chain, authorities, last, [, head, certificate]) {
  const header = named(chain, head);
  need(header.height > last && header.authorities.equals(setHash(chain, authorities)), 'trail');
  checkCertificate(chain, authorities, header, certificate);
  return { height: header.height, stateRoot: header.stateRoot, logRoot: header.logRoot, logSize: header.logSize };
}

function strictBase64(text) {
  const raw = Buffer.from(text, 'base64');
  need(raw.toString('base64') === text, 'base64');
  return raw;
}

function byNote(city, chain, authorities, [, summary, at, path, raw]) {
  need(raw.length <= 65_536, 'note too long');
  const words = raw.toString('utf8');
  need(Buffer.from(words, 'utf8').equals(raw), 'not UTF-8');
  const [origin, size, encoded, ...rest] = words.split('\n');
  need(origin === `timebank/${city}/${hex(chain).slice(0, 16)}`, 'origin');
  need(/^(0|[1-9][0-9]{0,15})$/.test(size) && Number.isSafeInteger(Number(size)), 'size');
  const root = strictBase64(encoded ?? '');
  need(root.length === 32 && rest.length >= 3 && rest[0] === '' && rest.at(-1) === '', 'form of the note');
  const text = Buffer.from(`${origin}\n${size}\n${encoded}\n`), lead = `\u2014 ${origin} `, found = new Set();
  const lines = rest.slice(1, -1);
  for (const line of lines) {
    need(line.startsWith(lead), 'a line of somebody else');
    const body = strictBase64(line.slice(lead.length));
    const who = authorities[1].findIndex(([, , , , key]) => {
      const id = tb.sha256(Buffer.from(`${origin}\n\x01`), key).subarray(0, 4);
      return id.equals(body.subarray(0, 4)) && tb.verifies(key, text, body.subarray(4));
    });
    need(who >= 0, 'a line of nobody');
    found.add(who);
  }
  need(found.size === lines.length && found.size >= Math.floor((2 * authorities[1].length) / 3) + 1, 'quorum');
  need(tb.verifyInclusion(root, Number(size), at, tb.leafHash(tb.encode(summary)), path), 'summary not in the log');
  return { height: summary[1], stateRoot: summary[5], logRoot: root, logSize: Number(size) };
}

function checkState([, kind, id, held, stateProof], root) {
  need(kind < 256 && id.length <= 128, 'kind or id');
  let found;
  try {
    found = tb.verifyState(root, tb.treeKey(kind, id), tb.encode(stateProof));
  } catch (error) {
    if (error instanceof tb.Refused) throw new Bad(`state proof: ${error.message}`);
    throw error;
  }
  need(held.length ? found?.equals(tb.sha256(held)) : found === null, 'the state says otherwise');
  need(held.length === 0 || decode(held)[0] === kind, 'kind of the record');
  return held.length > 0;
}

/** A service certificate: docs/spec/service-certificates.md. */
function certified(held, height) {
  need(held.length === 11 && held.slice(5, 9).every(Number.isInteger), 'form of the certificate');
  const [, district, year, serial, check, from, until, served, honour, status] = held;
  const number = `${district}-${year}-${String(serial).padStart(6, '0')}-${check.toUpperCase()}`;
  return { claim: 'certificate', height, number, from, until, served, honour, status };
}

function checkSupply([, city, districts], root) {
  need(city[1] === 67 && city[2].toString('latin1') === 'city' && checkState(city, root), 'not the city');
  need(districts.length <= 100, 'too many districts');
  districts.forEach((one, index) => {
    need(one[1] === 66 && checkState(one, root), 'not a district');
    need(index === 0 || Buffer.compare(districts[index - 1][2], one[2]) < 0, 'districts not sorted');
  });
}

function checkClaim(claim, fixed) {
  const inLog = (index, entry, path) =>
    need(tb.verifyInclusion(fixed.logRoot, fixed.logSize, index, tb.leafHash(entry), path), 'not in the log');
  switch (claim[0]) {
    case 22:
      inLog(claim[2], claim[1], claim[3]);
      need(TRANSACTION(decode(claim[1], 4096)), 'form of the transaction');
      return { claim: 'transaction', height: fixed.height };
    case 23: {
      const [, final, index, count, path, summary, at, summaryPath] = claim;
      inLog(at, tb.encode(summary), summaryPath);
      need(tb.verifyInclusion(summary[6], count, index, tb.leafHash(final), path), 'not final there');
      return { claim: 'final', height: summary[1], kind: decode(final)[0] };
    }
    case 24:
      if (claim[1] === 107 && checkState(claim, fixed.stateRoot)) return certified(decode(claim[3]), fixed.height);
      return { claim: checkState(claim, fixed.stateRoot) ? 'present' : 'absent', height: fixed.height, kind: claim[1] };
    default:
      checkSupply(claim, fixed.stateRoot);
      return { claim: 'supply', height: fixed.height, districts: claim[2].length };
  }
}

const PART = /^TB1:([1-9][0-9]?)\/([1-9][0-9]?):([0-9A-F]{8}):(.{1,900})$/;
const BASE45 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:';

function fromBase45(text) {
  const out = [];
  for (let at = 0; at < text.length; at += 3) {
    const digits = [...text.slice(at, at + 3)].map((letter) => BASE45.indexOf(letter)), count = digits.length - 1;
    const value = digits.reduce((sum, digit, place) => sum + digit * 45 ** place, 0);
    need(count > 0 && digits.every((digit) => digit >= 0) && value < 256 ** count, 'base45');
    for (let shift = count - 1; shift >= 0; shift -= 1) out.push(Math.floor(value / 256 ** shift) % 256);
  }
  return Buffer.from(out);
}

/** The proof file of scanned codes, one a line, in any order; it has no trail. */
export function fromCodes(text) {
  const pieces = new Map(), heads = new Set();
  for (const line of text.split('\n').filter(Boolean)) {
    const match = PART.exec(line);
    need(match, 'a code that is no part');
    const number = Number(match[1]);
    heads.add(`${match[2]} ${match[3]}`);
    need((pieces.get(number) ?? match[4]) === match[4], 'two codes with one number');
    pieces.set(number, match[4]);
  }
  need(heads.size === 1, 'codes of several proofs');
  const [count, check] = [...heads][0].split(' '), numbers = [...pieces.keys()].sort((a, b) => a - b);
  need(numbers.length === Number(count) && numbers.at(-1) === numbers.length, 'missing codes');
  const packed = fromBase45(numbers.map((number) => pieces.get(number)).join(''));
  need(hex(tb.sha256(packed)).slice(0, 8).toUpperCase() === check, 'check of the codes');
  let done;
  try {
    done = inflateSync(packed, { maxOutputLength: 1_048_576, info: true });
  } catch {
    throw new Bad('it does not unpack');
  }
  need(done.engine.bytesWritten === packed.length, 'it does not end where it should');
  return done.buffer;
}

/** What a sound proof shows, file or text of codes; throws Bad. */
export function verifyProof(given, genesisBytes, trail = null) {
  const chain = chainIdOf(genesisBytes), genesis = decode(genesisBytes);
  const scanned = given.subarray(0, 4).equals(Buffer.from('TB1:'));
  const proof = decode(scanned ? fromCodes(given.toString('latin1')) : given, 1_048_576);
  need(PROOF(proof) && shaped(proof[3], CLAIMS) && shaped(proof[4], ANCHORS), 'form of the proof');
  const [, version, own, claim, anchor] = proof;
  need(version === 1 && own.equals(chain) && anchor.at(-1).length <= 1_000, 'version, chain or trail');
  const [authorities, last] = walkTrail(chain, genesis[9], trail ?? anchor.at(-1));
  const fixed = anchor[0] === 25 ? byBlock(chain, authorities, last, anchor) : byNote(genesis[3], chain, authorities, anchor);
  return checkClaim(claim, fixed);
}
