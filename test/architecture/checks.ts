import { rooms } from './rooms.ts'

/** Source files by their path below `src/`, with `/`. */
export type Sources = ReadonlyMap<string, string>

/** One rule of the house: says, for each file that breaks it, how. */
export interface Check {
  readonly rule: string
  violations(sources: Sources): string[]
}

export const checks: readonly Check[] = [
  {
    rule: 'a room imports only rooms above it',
    violations: eachImport(({ path, target }) => {
      const [from, to] = [roomOf(path), roomOf(target)]
      if (from === to) return undefined
      return rank(to) < rank(from) ? undefined : `${from} imports ${to}, which is not above it`
    }),
  },
  {
    rule: 'every room is in the table',
    violations: eachFile(path => (rank(roomOf(path)) < 0 ? `no room ${roomOf(path)} in rooms.ts` : undefined)),
  },
  {
    rule: 'a probe kind does not know another kind',
    violations: eachImport(({ path, target }) => {
      const [from, to] = [kindOf(path), kindOf(target)]
      return from && to && from !== to ? `${from} imports ${to}` : undefined
    }),
  },
  {
    rule: 'pure rooms touch nothing',
    violations: eachFile((path, text) => (isPure(path) ? touches(text) : undefined)),
  },
  {
    rule: 'time comes from the clock',
    violations: eachFile((path, text) =>
      path === 'clock.ts'
        ? undefined
        : found(text, /\b(Date\.now|performance\.now|new Date\(\)|(?<![.\w])set(Timeout|Interval)\()/),
    ),
  },
  {
    rule: 'one file looks at descriptors',
    violations: eachFile((path, text) => (path === 'kernel/fd.ts' ? undefined : found(text, /['".]_handle\b/))),
  },
  {
    rule: 'one room talks to libc',
    violations: eachFile((path, text) => (roomOf(path) === 'kernel' ? undefined : found(text, /from 'koffi'/))),
  },
  {
    rule: 'classes are errors',
    violations: eachFile((_, text) => found(text, /^(export )?class \w+(?! extends \w*(Error|Problem)\b)\b/m)),
  },
  { rule: 'no default exports', violations: eachFile((_, text) => found(text, /^export default\b/m)) },
  {
    rule: 'files are named for what they do',
    violations: eachFile(path =>
      /(^|\/)(utils?|helpers?|common|shared|types|manager|misc|lib)(\.ts|\/)/.test(path)
        ? 'a name that says nothing'
        : undefined,
    ),
  },
  {
    rule: 'files are short',
    violations: eachFile((_, text) => {
      const lines = text.split('\n').length - 1
      return lines > 200 ? `${lines} lines: is there a concept without a name?` : undefined
    }),
  },
]

function isPure(path: string): boolean {
  const { pure } = rooms.find(({ name }) => name === roomOf(path)) ?? { pure: false }
  return typeof pure === 'boolean' ? pure : !pure.but.some(part => path.startsWith(part))
}

/** What a pure room may still use of Node: functions of their arguments alone. */
const harmless = new Set(['isIP', 'isIPv4', 'isIPv6', 'inspect', 'isDeepStrictEqual', 'domainToASCII', 'Buffer'])

function touches(text: string): string | undefined {
  for (const [, names = '', module] of text.matchAll(/^import (?!type\b)\{?([^'{}]*)\}? ?from '(node:[^']+)'/gm)) {
    const used = names
      .split(',')
      .map(name => name.trim())
      .filter(name => name && !name.startsWith('type '))
    const harmful = used.find(name => !harmless.has(name))
    if (harmful) return `imports ${harmful} from ${module}`
  }
  return found(text, /\b(Math\.random|process\.(?!memoryUsage)\w+|Date\.now|performance\.now)\b/)
}

interface Import {
  readonly path: string
  /** Path below `src/`. */
  readonly target: string
}

function eachImport(judge: (each: Import) => string | undefined): Check['violations'] {
  return sources =>
    [...sources].flatMap(([path, text]) =>
      importsOf(path, text).flatMap(target => {
        const why = judge({ path, target })
        return why ? [`${path}: ${why}`] : []
      }),
    )
}

function eachFile(judge: (path: string, text: string) => string | undefined): Check['violations'] {
  return sources =>
    [...sources].flatMap(([path, text]) => {
      const why = judge(path, text)
      return why ? [`${path}: ${why}`] : []
    })
}

/** Relative imports, type imports too (a type ties rooms together as well), as paths below `src/`. */
export function importsOf(path: string, text: string): string[] {
  return [...text.matchAll(/(?:from|import\()\s*'(\.[^']+)'/g)].map(([, relative = '']) =>
    new URL(relative, `file:///${path}`).pathname.slice(1),
  )
}

const roomOf = (path: string): string => path.split('/')[0] ?? path
const rank = (room: string): number => rooms.findIndex(({ name }) => name === room)
const kindOf = (path: string): string | undefined => /^probes\/([^/]+)\/.+/.exec(path)?.[1]
const found = (text: string, pattern: RegExp): string | undefined => {
  const code = text.replace(/\/\*[\s\S]*?\*\/|(^|\s)\/\/.*$/gm, '')
  const match = pattern.exec(code)
  return match ? `has "${match[0]}"` : undefined
}
