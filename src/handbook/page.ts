import { readFileSync } from 'node:fs'
import type { Entry } from './entries.ts'

/** The page of a verdict, in Markdown; `undefined` where it is not there. */
export function pageOf({ name, what }: Entry): string | undefined {
  if (what === 'mechanism') return textOf(`../diagnosis/${name}/README.md`)
  return sectionOf(textOf('./families.md') ?? '', name)
}

/** The second-level section of that name, as a page of its own. */
export function sectionOf(markdown: string, name: string): string | undefined {
  const found = markdown.split(/^(?=## )/m).find(section => section.startsWith(`## ${name}\n`))
  return found?.replace(/^#(#+ )/gm, '$1').trimEnd()
}

function textOf(path: string): string | undefined {
  try {
    return readFileSync(new URL(path, import.meta.url), 'utf8')
  } catch {
    return undefined // a bundle carries no pages
  }
}
