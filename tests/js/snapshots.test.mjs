// Snapshots of tests/vectors/snapshots.json: node --test tests/js
// A manifest is verified from genesis; the records' keys need the kernel's table of kinds, so chunks are held to their hashes.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import * as tb from './timebank.mjs';
import { chainIdOf } from './verify.mjs';

const vectors = JSON.parse(readFileSync(new URL('../vectors/snapshots.json', import.meta.url), 'utf8'));
const { fromHex } = tb;
const genesis = fromHex(vectors.genesis);
const sameBytes = (one, other) => one.equals(other);

/** The log root after more leaves, from the peaks before them, largest first. */
function rootAfter(size, peaks, leaves) {
  const stack = [];
  for (let level = 53, next = 0; level >= 0; level -= 1) {
    if ((BigInt(size) >> BigInt(level)) & 1n) stack.push([level, peaks[next++]]);
  }
  for (const leaf of leaves) {
    let node = [0, leaf];
    while (stack.length > 0 && stack.at(-1)[0] === node[0]) node = [node[0] + 1, tb.nodeHash(stack.pop()[1], node[1])];
    stack.push(node);
  }
  return stack.map(([, peak]) => peak).reduceRight((right, left) => tb.nodeHash(left, right));
}

/** Whether a manifest proves its header under the authorities of genesis (this story never changes them). */
function holds(raw, chunks) {
  let manifest;
  try {
    manifest = tb.decode(raw);
  } catch (error) {
    assert.ok(error instanceof tb.Refused, `${error}`);
    return false;
  }
  const shaped = Array.isArray(manifest) && manifest.length === 11 && manifest[0] === 24;
  if (!shaped || !Array.isArray(manifest[5]) || manifest[5].length !== 5) return false;
  const [, format, suite, hash, trail, block, certificate, summary, before, , hashes] = manifest;
  const [, header, lastCommit, transactions, evidence] = block;
  if (format !== 1 || suite !== 1 || !sameBytes(hash, chainIdOf(genesis)) || trail.length > 0) return false;
  const authorities = tb.decode(genesis).find((field) => Array.isArray(field) && field[0] === 11);
  const id = tb.digest('header', hash, tb.encode(header));
  if (certificate[2] !== header[3] || !sameBytes(certificate[4], id)) return false;
  if (!tb.certificateHolds(hash, authorities, tb.encode(certificate))) return false;
  const named = lastCommit.length === 0 ? Buffer.alloc(0) : tb.digest('commit', hash, tb.encode(lastCommit[0]));
  if (!sameBytes(named, header[6]) || transactions.length !== header[8]) return false;
  if (!sameBytes(tb.digest('evidence', hash, tb.encode(evidence)), header[13])) return false;
  const [size, peaks] = before;
  const bits = size.toString(2).replaceAll('0', '').length;
  if (bits !== peaks.length || size + transactions.length + 1 !== header[10]) return false;
  const leaves = [...transactions, tb.encode(summary)].map(tb.leafHash);
  if (!sameBytes(rootAfter(size, peaks, leaves), header[11])) return false;
  const fits = (chunk, i) => i < hashes.length && sameBytes(tb.digest('snapshot-chunk', hash, chunk), hashes[i]);
  return hashes.length === chunks.length && chunks.every(fits);
}

test('a snapshot proves its block, its log and its chunks from genesis', () => {
  const raw = fromHex(vectors.manifest);
  assert.ok(holds(raw, vectors.chunks.map(fromHex)));
  const header = tb.decode(raw)[5][1];
  assert.equal(tb.digest('header', fromHex(vectors.chain_id), tb.encode(header)).toString('hex'), vectors.block_id);
  assert.equal(header[11].toString('hex'), vectors.log_root);
  assert.equal(header[12].toString('hex'), vectors.state_root);
  const records = vectors.chunks.flatMap((chunk) => tb.decode(fromHex(chunk)));
  assert.equal(records.length, tb.decode(raw)[9]);
});

test('a manifest that differs in anything is refused', () => {
  for (const { name, manifest, code } of vectors.wrong) {
    if (code === 'N08') continue; // the count of records: seen by whoever reads the chunks
    assert.ok(!holds(fromHex(manifest), vectors.chunks.map(fromHex)), name);
  }
});
