import {
  isAlias,
  isMap,
  isNode,
  isScalar,
  isSeq,
  LineCounter,
  parseDocument,
  type Document,
  type YAMLError,
} from 'yaml'
import type { Path } from './mistake.ts'

/** A configuration text as read: plain data, and where each piece of it stands. */
export interface Written {
  readonly value: unknown
  /** The line of the setting at `path`, or of the nearest thing around it that is there. From 1. */
  lineOf(path: Path): number
  /** What is wrong with the text itself; `value` is worth nothing then. */
  readonly errors: readonly { readonly line: number; readonly sentence: string }[]
}

/** A configuration is a page or two; this is where a mistyped file name (a core dump, a log) is refused. */
export const maxCharacters = 256 * 1024

/** Reads YAML. Never throws: whatever is wrong with the text is among the errors. */
export function readDocument(text: string): Written {
  if (text.length > maxCharacters)
    return unreadable(`expected at most ${maxCharacters / 1024} KiB of settings, found more`)
  try {
    return parsed(text)
  } catch (error) {
    const why = whyUnreadable(error)
    if (why === undefined) throw error
    return unreadable(why)
  }
}

const unreadable = (sentence: string): Written => ({
  value: undefined,
  lineOf: () => 1,
  errors: [{ line: 1, sentence }],
})

const tooDeep = 'expected YAML that can be read, found it nested too deeply'

function whyUnreadable(error: unknown): string | undefined {
  if (error instanceof RangeError) return tooDeep // stack overflow
  if (error instanceof TypeError) return 'expected settings, found an alias (*name) that contains itself' // JSON's word
  if (!(error instanceof ReferenceError)) return undefined
  return error.message.startsWith('Unresolved alias')
    ? `expected an anchor (&name) before its alias, found none for *${error.message.split(': ').at(-1)}`
    : 'expected settings, found aliases (*name) that multiply without end'
}

function parsed(text: string): Written {
  const lines = new LineCounter()
  const lineAt = (offset: number) => lines.linePos(offset).line
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, logLevel: 'error' })
  const errors = [...document.errors, ...document.warnings].map(error => ({
    line: lineAt(error.pos[0]),
    sentence: sentenceOf(error, text),
  }))
  return {
    // Through JSON, so that an alias becomes a copy: what is written once must not change in two places later.
    value: errors.length > 0 ? undefined : JSON.parse(JSON.stringify(document.toJS({ maxAliasCount: 100 }) ?? {})),
    lineOf: path => lineAt(offsetOf(document, path)),
    errors,
  }
}

function sentenceOf(
  { code, message, pos }: YAMLError | { code: string; message: string; pos: [number, number] },
  text: string,
): string {
  if (code === 'DUPLICATE_KEY') return `expected each setting once, found "${keyAt(text, pos[0])}" again`
  if (code === 'MULTIPLE_DOCS') return 'expected one document, found another after "---"'
  if (message.startsWith('Maximum call stack')) return tooDeep // a string of open brackets
  return `expected YAML, found this: ${message.split('\n')[0]}`
}

const keyAt = (text: string, offset: number): string =>
  /^["']?([^\s:"',{}]*)/.exec(text.slice(offset, offset + 80))?.[1] ?? ''

/** Where the key of the last step stands that is there. */
function offsetOf(document: Document, path: Path): number {
  let node: unknown = document.contents
  let offset = startOf(node) ?? 0
  for (const step of path) {
    if (isAlias(node)) node = node.resolve(document)
    if (isMap(node)) {
      const pair = node.items.find(({ key }) => (isScalar(key) ? String(key.value) : undefined) === String(step))
      if (!pair) return offset
      offset = startOf(pair.key) ?? offset
      node = pair.value
    } else if (isSeq(node) && typeof step === 'number' && node.items[step] !== undefined) {
      node = node.items[step]
      offset = startOf(node) ?? offset
    } else return offset
  }
  return offset
}

const startOf = (node: unknown): number | undefined => (isNode(node) ? node.range?.[0] : undefined)
