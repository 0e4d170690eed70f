import { readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { parseAllDocuments } from 'yaml'
import { kinds } from '../probes/index.ts'
import { isDraft } from './draft.ts'
import { loadConfig } from './load.ts'

const root = new URL('../../', import.meta.url)
const pages = [root, new URL('src/', root)].flatMap(folder =>
  readdirSync(folder, { recursive: folder !== root, encoding: 'utf8' })
    .filter(path => path.endsWith('README.md') && !path.includes('node_modules'))
    .map(path => new URL(path, folder)),
)

/** Every YAML block of a page that is a configuration, one probe of it, or a list of them. */
function examplesIn(page: URL): string[] {
  const blocks = [...readFileSync(page, 'utf8').matchAll(/^```yaml\n([\s\S]*?)^```/gm)].map(([, text = '']) => text)
  return blocks.flatMap(text => {
    const [document, ...more] = parseAllDocuments(text)
    if (more.length > 0) return [] // objects of Kubernetes
    const value: unknown = document && 'toJS' in document ? document.toJS() : undefined
    if (Array.isArray(value)) return [`probes:\n${text}`]
    if (!isDraft(value)) return []
    if ('kind' in value && !('apiVersion' in value)) return [JSON.stringify({ probes: [value] })]
    return 'apiVersion' in value ? [] : [text]
  })
}

const examples = pages.flatMap(page =>
  examplesIn(page).map(text => [page.pathname.slice(root.pathname.length), text] as const),
)

test.each(examples)('an example of %s loads', (_, text) => {
  expect(() => loadConfig(kinds, { command: 'pair', text, flags: {}, env: {} })).not.toThrow()
})

test('there are examples to load', () => expect(examples.length).toBeGreaterThan(kinds.length))
