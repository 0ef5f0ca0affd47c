// Other data than the program's own, and a judge of them: files as somebody may have who hosts them.

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { mnist } from './stand.js';

const SIDE = 28;

/** The numbers of an IDX file as bytes. @param {number[]} numbers */
const words = (...numbers) => Buffer.concat(numbers.map((number) => Buffer.from([number >>> 24, number >>> 16, number >>> 8, number])));

/**
 * Writes a folder of IDX files in which MNIST's digits, one after the other, stand for other classes.
 *
 * @param {string} folder
 * @param {string[]} names What the classes are called, by label.
 * @param {number} [number] How many images there are.
 */
export function writeData(folder, names, number = 2 * names.length) {
  mkdirSync(folder, { recursive: true });
  const indices = [...Array(number).keys()];
  const images = Buffer.concat([words(0x803, number, SIDE, SIDE), ...indices.map((index) => mnist(index).pixels)]);
  const labels = Buffer.concat([words(0x801, number), Buffer.from(indices.map((index) => index % names.length))]);
  for (const part of ['train', 't10k']) {
    writeFileSync(join(folder, `${part}-images-idx3-ubyte`), images);
    writeFileSync(join(folder, `${part}-labels-idx1-ubyte`), labels);
  }
  writeFileSync(join(folder, 'labels.toml'), names.map((name, label) => `${JSON.stringify(name)} = ${label}\n`).join(''));
}

/**
 * Writes the file of a judge with the paper's layers, so many labels and numbers that were drawn: it has an opinion, and
 * knows nothing.
 *
 * @param {string} file
 * @param {number} labels
 * @param {Record<string, string>} metadata
 */
export function writeJudge(file, labels, metadata) {
  /** @type {[string, number[]][]} */
  const layers = [
    ['conv1.weight', [32, 2, 5, 5]],
    ['conv1.bias', [32]],
    ['conv2.weight', [64, 32, 5, 5]],
    ['conv2.bias', [64]],
    ['fc1.weight', [1024, 3136]],
    ['fc1.bias', [1024]],
    ['fc2.weight', [labels, 1024]],
    ['fc2.bias', [labels]],
  ];
  let state = 1;
  const draw = () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 32 - 0.5;
  /** @type {Record<string, unknown>} */
  const header = { __metadata__: metadata };
  const parts = [];
  let at = 0;
  for (const [name, shape] of layers) {
    const size = shape.reduce((product, side) => product * side, 1);
    // As large as keeps what comes out of a layer about as large as what goes in.
    const scale = 4 / Math.sqrt(size / (shape[0] ?? 1));
    const numbers = Float32Array.from({ length: size }, () => (shape.length === 1 ? 0 : scale * draw()));
    // The first half of a number's bits is the same number, of the type bf16.
    const halves = Uint16Array.from(new Uint32Array(numbers.buffer), (bits) => bits >>> 16);
    header[name] = { dtype: 'BF16', shape, data_offsets: [at, at + 2 * size] };
    parts.push(Buffer.from(halves.buffer));
    at += 2 * size;
  }
  const text = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.length));
  writeFileSync(file, Buffer.concat([length, text, ...parts]));
}
