// Reads an AsyncAPI document with the parser of its makers, and fails at whatever that remarks.
//
//     node asyncapi.mjs FILE
import { readFileSync } from 'node:fs'
import { Parser } from '@asyncapi/parser'

const file = process.argv[2]
const { document, diagnostics } = await new Parser().parse(readFileSync(file, 'utf8'))
for (const { path, message } of diagnostics) console.error(`${file}: ${path.join('.')}: ${message}`)
if (!document || diagnostics.length > 0) process.exit(1)
console.log(`${file}: OK`)
