// A verifier of archives and proofs, from docs/spec/ alone: node verify.mjs ARCHIVE GENESIS.json
//                                                           node verify.mjs --proof FILE GENESIS.json
// Structure only: it does not execute the rules. Exit codes: 0 sound, 1 violation, 2 incomplete, 3 usage.

import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import * as tb from './timebank.mjs';

export class Bad extends Error {}
export class Cut extends Error {}

export const need = (condition, why) => {
  if (!condition) throw new Bad(why);
};

export function decode(raw, most = 8_388_608) {
  need(raw.length <= most, 'too long');
  try {
    return tb.decode(raw);
  } catch (error) {
    if (error instanceof tb.Refused) throw new Bad(`not canonical: ${error.message}`);
    throw error;
  }
}

// ---- Shapes: each says whether a value is of it

export const uint = (value) => typeof value === 'number';
const code = (value) => typeof value === 'string';
export const bytes = (value) => Buffer.isBuffer(value);
export const any = () => true;
const size = (count) => (value) => bytes(value) && value.length === count;
export const hash = size(32);
const maybe = (value) => bytes(value) && (value.length === 0 || value.length === 32);
export const array = (of) => (value) => Array.isArray(value) && value.every(of);
const group = (...of) => (value) => Array.isArray(value) && value.length === of.length && of.every((f, i) => f(value[i]));
export const record = (kind, ...of) => group((value) => value === kind, ...of);

export const CERTIFICATE = record(8, uint, uint, uint, hash, array(group(uint, size(64))));
const AUTHORITIES = record(11, array(group(code, uint, hash, hash, hash, hash)));
export const HEADER = record(
  2, uint, uint, uint, uint, hash, maybe, uint, uint, uint, uint, hash, hash, hash, hash, hash, hash);
export const SUMMARY = record(4, uint, uint, uint, uint, hash, hash, hash, hash);
const BLOCK = record(3, HEADER, array(CERTIFICATE), array(bytes), array(record(10, bytes, bytes)));
export const CHANGE = record(18, HEADER, CERTIFICATE, AUTHORITIES);
export const TRANSACTION = record(1, uint, uint, size(16), group(uint, uint), uint, uint, any, size(64));
const GENESIS = record(13, ...Array(15).fill(any));
const END = record(16, uint, uint, hash, hash);
const RECORDS = [null, GENESIS, CHANGE, record(17, BLOCK, SUMMARY), CERTIFICATE, END];
const FOLLOWS = [[1], [2, 3, 5], [2, 3], [3, 4], [5]];
const MESSAGES = new Map([
  [5, record(5, uint, uint, uint, uint, hash, uint, size(64))],
  [6, record(6, uint, uint, uint, maybe, uint, uint, size(64))],
  [7, record(7, uint, uint, uint, maybe, uint, size(64))],
]);

// ---- blocks.md

export function named(chain, header) {
  const [, version, suite, height, time, previous, lastCommit, maker, count, logNumber, logSize, logRoot, stateRoot,
    evidenceRoot, authorities, nextAuthorities, policy] = header;
  const id = tb.digest('header', chain, tb.encode(header));
  return { version, suite, height, time, previous, lastCommit, maker, count, logNumber, logSize, logRoot, stateRoot,
    evidenceRoot, authorities, nextAuthorities, policy, id };
}

export const setHash = (chain, authorities) => tb.digest('authorities', chain, tb.encode(authorities));
export const hex = (raw) => raw.toString('hex');

export function checkCertificate(chain, authorities, header, certificate) {
  const [, suite, height, , block] = certificate;
  need(height === header.height && block.equals(header.id), 'certificate of another block');
  need(suite === 1 && header.suite === 1, 'suite');
  need(tb.certificateHolds(chain, authorities, tb.encode(certificate)), 'certificate');
}

function checkEvidence(chain, members, first, second) {
  need(Buffer.compare(first, second) < 0, 'evidence not in order');
  const [one, other] = [first, second].map((raw) => {
    const message = decode(raw, 512);
    need(Array.isArray(message) && MESSAGES.get(message[0])?.(message), 'form of evidence');
    const signer = members[message.at(-2)];
    need(message[1] === 1 && signer && tb.verifies(signer[2], tb.signBytes(chain, raw), message.at(-1)), 'evidence');
    return message;
  });
  need(one[2] === other[2] && one.at(-2) === other.at(-2), 'evidence of two heights or authorities');
  if (one[0] === other[0]) {
    const conflict = one[3] === other[3] && !first.subarray(0, -66).equals(second.subarray(0, -66));
    need(conflict, 'no conflict');
  } else {
    const [vote, commit] = one[0] === 6 ? [one, other] : [other, one];
    need(vote[0] === 6 && commit[0] === 7, 'no conflict');
    need(vote[5] <= commit[3] && commit[3] < vote[3], 'no amnesia');
    need(vote[4].length && commit[4].length && !vote[4].equals(commit[4]), 'no amnesia');
  }
}

function appendLeaf(peaks, count, leaf) {
  let value = leaf;
  for (let n = count; n % 2 === 1; n = Math.floor(n / 2)) value = tb.nodeHash(peaks.pop(), value);
  peaks.push(value);
}

const rootOf = (peaks) => peaks.slice(0, -1).reduceRight((right, left) => tb.nodeHash(left, right), peaks.at(-1));

// ---- transactions.md: keys and sequences

class Actors {
  constructor(chain, genesis) {
    this.chain = chain;
    this.policies = new Set([hex(tb.digest('policy', chain, tb.encode(genesis[13])))]);
    for (const name of ['keys', 'cards', 'next', 'registered', 'proposed', 'recovering']) this[name] = new Map();
    for (const [district, , consensus, operator] of genesis[9][1]) {
      this.keys.set(hex(tb.digest('operator', chain, Buffer.from(district)).subarray(0, 16)), operator);
      this.keys.set(hex(tb.digest('seat', chain, Buffer.from(district)).subarray(0, 16)), consensus);
    }
    genesis[15].forEach((person, index) => {
      this.keys.set(hex(tb.deriveId(chain, Buffer.alloc(16), 0, 0, index)), person[2]);
    });
  }

  take(raw, time) {
    const tx = decode(raw, 4096);
    need(TRANSACTION(tx) && Array.isArray(tx[7]) && tx[7].length > 0, 'form of a transaction');
    const [, version, suite, sender, [lane, number], until, , body, signature] = tx;
    const who = hex(sender), place = `${who} ${lane}`;
    need(version === 1 && suite === 1 && lane < 16, 'version, suite or lane');
    need(this.keys.has(who), 'unknown sender');
    need(time <= until, 'expired');
    need(number === (this.next.get(place) ?? 0), 'sequence');
    const message = Buffer.concat([tb.domain('tx', this.chain), raw.subarray(0, -66)]);
    const everyday = [this.keys.get(who), ...(this.recovering.get(who) ?? [])];
    const possible = body[0] === 47 ? [this.cards.get(who)] : everyday;
    const key = possible.find((one) => one?.length && tb.verifies(one, message, signature));
    need(key, 'signature of a transaction');
    if (body[0] !== 47) this.keys.set(who, key);
    this.next.set(place, number + 1);
    if (body[0] === 161) this.seat(hex(tb.deriveId(this.chain, sender, lane, number, 1)), body[1]);
    this.follow(who, hex(tb.deriveId(this.chain, sender, lane, number, 0)), body);
  }

  /** A motion for a seat's keys: whether it passed, the trail says; a candidate has a voice at once. */
  seat(candidate, subject) {
    if (subject[0] !== 3 && subject[0] !== 4) return;
    const [district, , consensus, operator] = subject[1];
    this.keys.set(candidate, operator);
    for (const [use, key] of [['operator', operator], ['seat', consensus]]) {
      const voice = hex(tb.digest(use, this.chain, Buffer.from(district)).subarray(0, 16));
      if (!this.keys.has(voice)) this.keys.set(voice, Buffer.alloc(0));
      this.recovering.set(voice, [...(this.recovering.get(voice) ?? []), key]);
    }
  }

  follow(sender, created, body) {
    const recovers = (person, key) => {
      this.recovering.set(person, [...(this.recovering.get(person) ?? []), key]);
    };
    switch (body[0]) {
      case 40: this.registered.set(created, [body[4], body[6]]); break;
      case 44: this.keys.set(sender, body[2]); break;
      case 47: recovers(sender, body[2]); break;
      case 49: recovers(hex(body[1]), body[3]); break;
      case 60:
        if (body[1][0] === 1) this.proposed.set(created, hex(body[1][1]));
        if (body[1][0] === 20) recovers(hex(body[1][1]), body[1][3]);
        break;
      case 61: this.approve(this.proposed.get(hex(body[1]))); break;
      case 161:
        if (body[1][0] === 1) this.policies.add(hex(tb.digest('policy', this.chain, tb.encode(body[1][1]))));
        break;
      default:
    }
  }

  approve(person) {
    if (!this.registered.has(person)) return;
    const [key, card] = this.registered.get(person);
    this.keys.set(person, key);
    this.cards.set(person, card);
    this.registered.delete(person);
  }
}

// ---- archive.md

class Chain {
  constructor(chain, genesis, trail) {
    Object.assign(this, { chain, tip: chain, height: 0, time: genesis[6], head: null, peaks: [], leaves: 0 });
    this.trail = trail;
    this.seated = genesis[9];
    this.sets = new Map([[1, genesis[9][1]]]);
    this.actors = new Actors(chain, genesis);
  }

  take([, head, lastCommit, transactions, evidence], summary) {
    const header = named(this.chain, head), own = setHash(this.chain, this.seated);
    need(header.version === 1 && header.suite === 1, 'version or suite');
    need(header.height === this.height + 1, 'height');
    need(header.previous.equals(this.tip), 'previous id');
    need(header.time > this.time, 'time');
    const change = this.trail.get(header.height);
    this.trail.delete(header.height);
    if (change) need(tb.encode(change[1]).equals(tb.encode(head)), 'trail of another chain');
    const next = change ? change[3] : this.seated, following = setHash(this.chain, next);
    need(header.authorities.equals(own) && header.nextAuthorities.equals(following), 'authorities');
    if (change) need(!own.equals(following), 'a trail without a change');
    need(header.maker < this.seated[1].length, 'maker');
    need(this.actors.policies.has(hex(header.policy)) && header.logNumber === 0, 'policy or log');
    need(lastCommit.length === (this.height > 0 ? 1 : 0), 'last commit');
    if (this.height === 0) need(header.lastCommit.length === 0, 'last commit');
    for (const certificate of lastCommit) {
      need(tb.digest('commit', this.chain, tb.encode(certificate)).equals(header.lastCommit), 'last commit');
      checkCertificate(this.chain, [11, this.sets.get(this.height)], this.head, certificate);
    }
    this.checkBody(header, transactions, evidence);
    this.checkSummary(header, transactions, summary);
    for (const raw of transactions) this.actors.take(raw, header.time);
    Object.assign(this, { tip: header.id, height: header.height, time: header.time, head: header, seated: next });
    this.sets.set(this.height + 1, next[1]);
  }

  checkBody(header, transactions, evidence) {
    need(transactions.length === header.count && header.count <= 2000, 'transaction count');
    need(transactions.reduce((sum, raw) => sum + raw.length, 0) <= 1_048_576 && evidence.length <= 16, 'size');
    need(tb.digest('evidence', this.chain, tb.encode(evidence)).equals(header.evidenceRoot), 'evidence root');
    for (const [, first, second] of evidence) {
      const at = decode(first, 512)[2];
      need(Number.isInteger(at) && at >= 1 && at <= header.height, 'height of evidence');
      checkEvidence(this.chain, this.sets.get(at), first, second);
    }
  }

  checkSummary(header, transactions, summary) {
    const [, height, time, count, , stateRoot, , nextAuthorities, policy] = summary;
    need(height === header.height && time === header.time && count === header.count, 'summary');
    const same = stateRoot.equals(header.stateRoot) && policy.equals(header.policy);
    need(same && nextAuthorities.equals(header.nextAuthorities), 'summary');
    for (const entry of [...transactions, tb.encode(summary)]) {
      appendLeaf(this.peaks, this.leaves, tb.leafHash(entry));
      this.leaves += 1;
    }
    need(header.logSize === this.leaves && rootOf(this.peaks).equals(header.logRoot), 'log');
  }
}

export function walkTrail(chain, first, trail) {
  let [authorities, last] = [first, 0];
  for (const [, head, certificate, following] of trail) {
    const header = named(chain, head);
    need(header.height > last, 'trail out of order');
    need(header.authorities.equals(setHash(chain, authorities)), 'trail');
    need(header.nextAuthorities.equals(setHash(chain, following)), 'trail');
    need(!header.nextAuthorities.equals(header.authorities), 'a trail without a change');
    checkCertificate(chain, authorities, header, certificate);
    [authorities, last] = [following, header.height];
  }
  return [authorities, last];
}

/** Of a genesis record's bytes; the signatures under a successor, its last field, are not in it. */
export const chainIdOf = (raw) => {
  const genesis = tb.decode(raw);
  const named = genesis[0] === 29 ? tb.encode([...genesis.slice(0, -1), []]) : raw;
  return tb.digest('genesis', Buffer.alloc(0), named);
};

function* records(raw, chain) {
  const head = Buffer.concat([Buffer.from('timebank\0\x01\0\x01', 'latin1'), chain]);
  if (raw.length < head.length) {
    const begun = raw.subarray(0, 8);
    need(begun.equals(head.subarray(0, begun.length)), 'magic');
    throw new Cut('the file stops in its head');
  }
  need(raw.subarray(0, 44).equals(head), 'magic, format, suite or genesis hash');
  for (let at = 44, number = 0, last = 0; ; number += 1) {
    const frame = raw.subarray(at, at + 9);
    if (frame.length < 9) throw new Cut(`the file stops before record ${number}`);
    const counter = Buffer.alloc(8);
    counter.writeBigUInt64BE(BigInt(number));
    const check = tb.sha256(counter, frame.subarray(0, 5)).subarray(0, 4);
    const length = frame.readUInt32BE(0), kind = frame[4];
    need(check.equals(frame.subarray(5)) && length <= 8_388_608, `frame ${number}`);
    need(FOLLOWS[last].includes(kind), `kind of record ${number}`);
    const body = raw.subarray(at + 9, at + 9 + length);
    if (body.length < length) throw new Cut(`the file stops in record ${number}`);
    const value = decode(body);
    need(RECORDS[kind](value), `form of record ${number}`);
    yield { number, kind, value, at };
    [at, last] = [at + 9 + length, kind];
    if (kind === 5) {
      need(at === raw.length, 'bytes after the end');
      return;
    }
  }
}

/** Height and tip of a sound archive; throws Bad or Cut. */
export function verifyArchive(raw, genesisBytes) {
  const id = chainIdOf(genesisBytes), genesis = decode(genesisBytes);
  need(genesis[0] === 13, 'no first genesis: this verifier begins at one and follows no link');
  const trail = [], ahead = new Map(), chain = new Chain(id, genesis, ahead);
  for (const { number, kind, value, at } of records(raw, id)) {
    if (kind === 1) need(tb.encode(value).equals(genesisBytes), 'another genesis');
    else if (kind === 2) {
      trail.push(value);
      walkTrail(id, genesis[9], trail);
      ahead.set(value[1][3], value);
    }
    else if (kind === 3) chain.take(value[1], value[2]);
    else if (kind === 4) checkCertificate(id, [11, chain.sets.get(chain.height)], chain.head, value);
    else {
      need(ahead.size === 0, 'a trail beyond the end');
      const [, count, height, tip, digest] = value;
      need(count === number && height === chain.height && tip.equals(chain.tip), 'counts of the end');
      need(digest.equals(tb.sha256(raw.subarray(0, at))), 'digest of the end');
    }
  }
  return { height: chain.height, tip: hex(chain.tip) };
}

async function main(words) {
  const proof = words[0] === '--proof';
  if (words.length !== (proof ? 3 : 2)) return 3;
  const raw = readFileSync(words.at(-2)), document = JSON.parse(readFileSync(words.at(-1), 'utf8'));
  const genesis = tb.fromHex(document.record);
  try {
    need(document.chain_id === hex(chainIdOf(genesis)), 'genesis document');
    const { verifyProof } = proof ? await import('./proofs.mjs') : {};
    console.log(proof ? verifyProof(raw, genesis) : verifyArchive(raw, genesis));
  } catch (error) {
    console.log(`${error.constructor.name}: ${error.message}`);
    if (error instanceof Bad) return 1;
    if (error instanceof Cut) return 2;
    throw error;
  }
  return 0;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  main(process.argv.slice(2)).then((code) => {
    process.exitCode = code;
  });
}
