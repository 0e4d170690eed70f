import { lexer, type MarkedToken } from 'marked'

/** Words in one style, one after another. */
export interface Run {
  readonly text: string
  readonly style: 'plain' | 'code' | 'strong' | 'em'
  readonly href?: string
}

/** A part of a page, as terminal and web show it in their own ways. */
export type Block =
  | { readonly type: 'heading'; readonly level: number; readonly runs: readonly Run[] }
  | { readonly type: 'paragraph'; readonly runs: readonly Run[] }
  | { readonly type: 'code'; readonly text: string }
  | { readonly type: 'list'; readonly ordered: boolean; readonly items: readonly (readonly Block[])[] }
  | { readonly type: 'table'; readonly head: readonly Cell[]; readonly rows: readonly (readonly Cell[])[] }
  | { readonly type: 'quote'; readonly blocks: readonly Block[] }
  | { readonly type: 'line' }
type Cell = readonly Run[]

/** Markdown, understood. Comments are left out; other markup of HTML is text. */
export const blocksOf = (markdown: string): readonly Block[] => blocksIn(lexer(markdown))

type Readers<T> = { readonly [Type in MarkedToken['type']]?: (token: Extract<MarkedToken, { type: Type }>) => T[] }
type Tokens = readonly { readonly type: string }[] | undefined

/** What is not here (blank lines, definitions of links) shows nothing. */
const blocks: Readers<Block> = {
  heading: ({ depth, tokens }) => [{ type: 'heading', level: depth, runs: runsIn(tokens) }],
  paragraph: ({ tokens }) => [{ type: 'paragraph', runs: runsIn(tokens) }],
  text: token => [{ type: 'paragraph', runs: runsIn(token.tokens ?? [token]) }],
  code: ({ text }) => [{ type: 'code', text }],
  list: ({ ordered, items }) => [{ type: 'list', ordered, items: items.map(({ tokens }) => blocksIn(tokens)) }],
  table: ({ header, rows }) => {
    const cells = (of: typeof header) => of.map(({ tokens }) => runsIn(tokens))
    return [{ type: 'table', head: cells(header), rows: rows.map(cells) }]
  },
  blockquote: ({ tokens }) => [{ type: 'quote', blocks: blocksIn(tokens) }],
  hr: () => [{ type: 'line' }],
  html: ({ text }) => (isComment(text) ? [] : [{ type: 'paragraph', runs: [plain(text)] }]),
}

const words: Readers<Run> = {
  text: ({ text }) => [plain(text.replaceAll('\n', ' '))],
  escape: ({ text }) => [plain(text)],
  codespan: ({ text }) => [{ text, style: 'code' }],
  strong: ({ tokens }) => styled(runsIn(tokens), 'strong'),
  em: ({ tokens }) => styled(runsIn(tokens), 'em'),
  link: ({ tokens, href }) => runsIn(tokens).map(run => ({ ...run, href })),
  br: () => [plain(' ')],
  html: ({ text }) => (isComment(text) ? [] : [plain(text)]),
}

const blocksIn = (tokens: Tokens): Block[] => read(tokens, blocks)
const runsIn = (tokens: Tokens): Run[] => read(tokens, words)

function read<T>(tokens: Tokens, readers: Readers<T>): T[] {
  const byType: Readonly<Record<string, ((token: never) => T[]) | undefined>> = readers
  return (tokens ?? []).flatMap(token => byType[token.type]?.(token as never) ?? []) // each reader is called with its own type
}

const plain = (text: string): Run => ({ text, style: 'plain' })
const styled = (runs: readonly Run[], style: Run['style']): Run[] =>
  runs.map(run => (run.style === 'plain' ? { ...run, style } : run))
const isComment = (html: string): boolean => /^\s*<!--[\s\S]*-->\s*$/.test(html)
