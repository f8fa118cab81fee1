// Archives, proofs, headers and transactions of tests/vectors/{blocks,archive}.json: node --test tests/js

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import * as tb from './timebank.mjs';
import { fromCodes, verifyProof } from './proofs.mjs';
import { Bad, Cut, chainIdOf, verifyArchive } from './verify.mjs';

const load = (name) => JSON.parse(readFileSync(new URL(`../vectors/${name}.json`, import.meta.url), 'utf8'));
const { fromHex } = tb;
const chain = load('archive');
const [genesis, archive] = [chain.genesis, chain.archive].map(fromHex);

test('a header has this id, a transaction these signed bytes, a summary this leaf', () => {
  const { chain_id: id, header, transactions, summary, block, evidence_root_of_none: none } = load('blocks');
  const chainId = fromHex(id);
  assert.equal(tb.digest('header', chainId, fromHex(header.encoded)).toString('hex'), header.id);
  assert.equal(tb.leafHash(fromHex(summary.encoded)).toString('hex'), summary.leaf);
  assert.equal(tb.digest('evidence', chainId, tb.encode([])).toString('hex'), none);
  for (const tx of transactions) {
    const raw = fromHex(tx.encoded);
    const signed = Buffer.concat([tb.domain('tx', chainId), raw.subarray(0, -66)]);
    assert.equal(signed.toString('hex'), tx.sign_bytes, tx.name);
    assert.ok(tb.verifies(fromHex(tx.key), signed, fromHex(tx.signature)), tx.name);
    assert.equal(tb.leafHash(raw).toString('hex'), tx.id, tx.name);
    assert.equal(tb.decode(raw)[7][0], tx.kind, tx.name);
  }
  const [kind, head, lastCommit, held, evidence] = tb.decode(fromHex(block));
  assert.deepEqual([kind, lastCommit.length, held.length, evidence.length], [3, 0, 1, 0]);
  assert.equal(tb.encode(head).toString('hex'), header.encoded);
});

test('the genesis hash is the chain id', () => {
  assert.equal(chainIdOf(genesis).toString('hex'), chain.chain_id);
});

test('a successor has a chain id without its signatures, and its archive is not read alone', () => {
  const again = load('regenesis');
  const [successor, raw] = [again.genesis, again.archive].map(fromHex);
  assert.equal(chainIdOf(successor).toString('hex'), again.chain_id);
  const other = Buffer.from(successor);
  other[other.length - 1] ^= 1; // Of a signature.
  assert.equal(chainIdOf(other).toString('hex'), again.chain_id);
  assert.throws(() => verifyArchive(raw, successor), Bad, 'begins at a first genesis');
});

test('a frame is length, kind and four bytes that bind them to the place', () => {
  for (const { number, kind, length, frame } of chain.frames) {
    const counter = Buffer.alloc(8);
    counter.writeBigUInt64BE(BigInt(number));
    const head = fromHex(frame).subarray(0, 5);
    assert.deepEqual([head.readUInt32BE(0), head[4]], [length, kind]);
    assert.equal(Buffer.concat([head, tb.sha256(counter, head).subarray(0, 4)]).toString('hex'), frame);
  }
});

test('the sound archive is accepted', () => {
  assert.equal(verifyArchive(archive, genesis).height, chain.height);
});

test('an archive that stops early is incomplete', () => {
  for (const length of chain.incomplete) {
    assert.throws(() => verifyArchive(archive.subarray(0, length), genesis), Cut, `${length} bytes`);
  }
});

test('each corruption of structure is refused, and what needs the rules passes', () => {
  for (const { name, keep, then, end, structural } of chain.corruptions) {
    const tail = archive.subarray(archive.length - end);
    const raw = Buffer.concat([archive.subarray(0, keep), fromHex(then), tail]);
    if (structural) assert.throws(() => verifyArchive(raw, genesis), Bad, name);
    else assert.equal(verifyArchive(raw, genesis).height, chain.height, name);
  }
});

test('a chain whose set changes is followed, and no wrong trail', () => {
  const changing = load('succession');
  for (const one of [changing, changing.candidate]) {
    assert.equal(verifyArchive(fromHex(one.archive), fromHex(one.genesis)).height, one.height);
  }
  const sound = fromHex(changing.archive);
  for (const { name, keep, then, end } of changing.corruptions) {
    const raw = Buffer.concat([sound.subarray(0, keep), fromHex(then), sound.subarray(sound.length - end)]);
    assert.throws(() => verifyArchive(raw, fromHex(changing.genesis)), Bad, name);
  }
});

test('proofs hold or do not', () => {
  for (const { name, proof, valid } of chain.proofs) {
    if (valid) assert.ok(verifyProof(fromHex(proof), genesis).height > 0, name);
    else assert.throws(() => verifyProof(fromHex(proof), genesis), Bad, name);
  }
});

test('codes for paper give back their proof, or none', () => {
  for (const { name, of, codes, valid } of chain.codes) {
    const scanned = Buffer.from(codes.join('\n'), 'latin1');
    if (valid) {
      const { proof } = chain.proofs.find((one) => one.name === of);
      assert.equal(fromCodes(codes.join('\n')).toString('hex'), proof, name);
      assert.ok(verifyProof(scanned, genesis).height > 0, name);
    } else assert.throws(() => verifyProof(scanned, genesis), Bad, name);
  }
});
