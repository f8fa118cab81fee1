// Cosignatures of witnesses, from docs/spec/checkpoints.md alone: node --test tests/js

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import * as tb from './timebank.mjs';

const vectors = JSON.parse(readFileSync(new URL('../vectors/cosignatures.json', import.meta.url), 'utf8'));
const TIME_MAX_S = 2n ** 63n - 1n;

// When a witness says to have seen a note: seconds since 1970 in decimal digits, or null if no line is its own.
function cosignedAt(note, name, key) {
  const end = note.indexOf('\n\n') + 1;
  const text = note.slice(0, end), lead = `\u2014 ${name} `;
  const id = tb.sha256(Buffer.from(`${name}\n\x04`), key).subarray(0, 4);
  for (const line of note.slice(end + 1).split('\n').filter((one) => one.startsWith(lead))) {
    const body = Buffer.from(line.slice(lead.length), 'base64');
    if (body.length !== 4 + 8 + 64 || !body.subarray(0, 4).equals(id)) continue;
    const time = body.readBigUInt64BE(4);
    const signed = Buffer.from(`cosignature/v1\ntime ${time}\n${text}`);
    if (time <= TIME_MAX_S && tb.verifies(key, signed, body.subarray(12))) return String(time);
  }
  return null;
}

test('a witness key id is of type 0x04', () => {
  for (const { name, key, key_id: id } of vectors.witnesses) {
    assert.equal(tb.sha256(Buffer.from(`${name}\n\x04`), tb.fromHex(key)).toString('hex', 0, 4), id);
  }
});

for (const kind of ['valid', 'invalid']) {
  test(`every ${kind} cosignature has this verdict`, () => {
    for (const { name, note, times_s: times } of vectors[kind]) {
      const found = vectors.witnesses.map((one) => cosignedAt(note, one.name, tb.fromHex(one.key)));
      assert.deepEqual(found, times, name);
      assert.equal(found.every((time) => time === null), kind === 'invalid', name);
    }
  });
}
