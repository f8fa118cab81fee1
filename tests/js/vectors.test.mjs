// Reads tests/vectors/*.json and holds the JavaScript implementation to them: node --test tests/js

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { verifyProof } from './proofs.mjs';
import * as tb from './timebank.mjs';

const load = (name) => JSON.parse(readFileSync(new URL(`../vectors/${name}.json`, import.meta.url), 'utf8'));
const { fromHex } = tb;
const fromJson = (value) => {
  if (Array.isArray(value)) return value.map(fromJson);
  return typeof value === 'object' ? fromHex(value.hex) : value;
};
const repeated = ({ what, count }) => (what === 'zero byte' ? Buffer.alloc(count) : Array(count).fill(7));

test('every accepted value has these bytes and comes back from them', () => {
  for (const item of load('encoding').accepted) {
    const value = item.repeat ? repeated(item.repeat) : fromJson(item.value);
    const raw = tb.encode(value);
    if (item.repeat) {
      assert.equal(raw.length, item.size, item.name);
      assert.equal(raw.subarray(0, 8).toString('hex'), item.start, item.name);
    } else {
      assert.equal(raw.toString('hex'), item.encoded, item.name);
    }
    assert.deepEqual(tb.decode(raw), value, item.name);
  }
});

test('every other byte string is refused', () => {
  for (const { name, encoded } of load('encoding').refused) {
    assert.throws(() => tb.decode(fromHex(encoded)), tb.Refused, name);
  }
});

test('domains, digests and derived ids agree', () => {
  const { digests, ids } = load('hashing');
  for (const v of digests) {
    const chainId = fromHex(v.chain_id);
    assert.equal(tb.domain(v.kind, chainId).toString('hex'), v.domain);
    assert.equal(tb.digest(v.kind, chainId, fromHex(v.data)).toString('hex'), v.digest);
  }
  for (const v of ids) {
    const id = tb.deriveId(fromHex(v.chain_id), fromHex(v.sender), v.lane, v.number, v.index);
    assert.equal(id.toString('hex'), v.id);
  }
});

test('keys and signatures at the edges have the same verdict', () => {
  const smallOrder = load('signatures').small_order_y.map((y) => tb.little(fromHex(y)));
  assert.deepEqual(new Set(smallOrder), tb.SMALL_ORDER_Y);
  for (const v of load('signatures').edges) {
    const [key, message, signature] = [v.key, v.message, v.r + v.s].map(fromHex);
    assert.equal(tb.isAdmitted(key), v.admitted, v.name);
    assert.equal(tb.verifies(key, message, signature), v.verifies, v.name);
  }
});

test('OpenSSL alone accepts edges that the rule refuses, so the extra checks matter', () => {
  const accepted = load('signatures').edges.filter((v) => {
    const [key, message, signature] = [v.key, v.message, v.r + v.s].map(fromHex);
    return !v.verifies && tb.openSslVerifies(key, message, signature);
  });
  assert.ok(accepted.some((v) => v.name === 'key of order 8'), accepted.map((v) => v.name).join());
  assert.ok(accepted.some((v) => v.name === 'R is the identity'), accepted.map((v) => v.name).join());
});

test('signatures and proofs of possession verify', () => {
  const { signed, possession } = load('signatures');
  for (const v of signed) assert.ok(tb.verifies(fromHex(v.key), fromHex(v.message), fromHex(v.signature)));
  for (const v of possession) {
    const [chainId, key, context, signature] = [v.chain_id, v.key, v.context, v.signature].map(fromHex);
    const bytes = Buffer.concat([tb.domain('possession', chainId), key, context]);
    assert.equal(bytes.toString('hex'), v.signed_bytes);
    assert.ok(tb.verifies(key, bytes, signature));
  }
});

test('log hashes, roots and proofs agree', () => {
  const log = load('log');
  const leaves = log.entries.map((entry) => tb.leafHash(fromHex(entry)));
  assert.deepEqual(leaves.map((leaf) => leaf.toString('hex')), log.leaf_hashes);
  for (const { size, root } of log.roots) assert.equal(tb.logRoot(leaves.slice(0, size)).toString('hex'), root);
  for (const v of log.inclusion) {
    const ok = tb.verifyInclusion(fromHex(v.root), v.size, v.index, fromHex(v.leaf), v.path.map(fromHex));
    assert.equal(ok, v.valid, v.name);
  }
  for (const v of log.consistency) {
    const [oldRoot, newRoot, path] = [fromHex(v.old_root), fromHex(v.new_root), v.path.map(fromHex)];
    assert.equal(tb.verifyConsistency(v.old_size, oldRoot, v.new_size, newRoot, path), v.valid, v.name);
  }
});

test('state tree keys, roots and proofs agree', () => {
  const state = load('state_tree');
  for (const v of state.keys) assert.equal(tb.treeKey(v.kind, fromHex(v.id)).toString('hex'), v.key);
  for (const v of state.roots) {
    const entries = Object.entries(v.entries).map((pair) => pair.map(fromHex));
    assert.equal(tb.stateRoot(entries).toString('hex'), v.root);
  }
  for (const v of state.proofs) {
    const check = () => tb.verifyState(fromHex(v.root), fromHex(v.key), fromHex(v.proof));
    if (v.verdict === 'refused') assert.throws(check, tb.Refused, v.name);
    else if (v.verdict === 'absent') assert.equal(check(), null, v.name);
    else assert.equal(check().toString('hex'), v.verdict, v.name);
  }
});

test('numbers of service certificates agree', () => {
  const { record, whole, refused } = load('service_numbers');
  const [kind, district, year, serial, check] = tb.decode(fromHex(record));
  assert.deepEqual([kind, `${district}/${year}/${serial}`], [107, whole[0].id]);
  assert.ok(whole[0].number.endsWith(check.toUpperCase()));
  for (const v of whole) {
    const head = v.number.slice(0, v.number.lastIndexOf('-'));
    assert.equal(`${head}-${tb.checkCode(head, fromHex(v.touch))}`, v.number);
    for (const typed of [v.number, v.number.toLowerCase()]) assert.equal(tb.certificateId(typed), v.id);
  }
  for (const v of refused) assert.throws(() => tb.certificateId(v.text), tb.Refused, v.name);
});

test('proofs of a service certificate show its status, and absence', () => {
  const { genesis, proofs } = load('service_numbers');
  for (const { proof, valid, number, status } of proofs) {
    if (!valid) {
      assert.throws(() => verifyProof(fromHex(proof), fromHex(genesis)), status);
      continue;
    }
    const shown = verifyProof(fromHex(proof), fromHex(genesis));
    if (status === 'absent') assert.equal(shown.claim, 'absent');
    else assert.deepEqual([shown.number, shown.status, shown.served], [number, status, 60]);
  }
});

test('consensus messages and certificates agree', () => {
  const v = load('messages');
  const [chainId, encoded] = [fromHex(v.chain_id), fromHex(v.authorities)];
  const authorities = tb.decode(encoded);
  assert.equal(tb.digest('authorities', chainId, encoded).toString('hex'), v.authorities_hash);
  for (const message of v.messages) {
    const bytes = tb.signBytes(chainId, fromHex(message.encoded));
    assert.equal(bytes.toString('hex'), message.sign_bytes, message.name);
    assert.ok(tb.verifies(authorities[1][message.signer][2], bytes, fromHex(message.signature)), message.name);
  }
  for (const certificate of v.certificates) {
    const [id, raw] = [fromHex(certificate.chain_id), fromHex(certificate.encoded)];
    assert.equal(tb.digest('commit', id, raw).toString('hex'), certificate.hash, certificate.name);
    assert.equal(tb.certificateHolds(id, authorities, raw), certificate.valid, certificate.name);
  }
});
