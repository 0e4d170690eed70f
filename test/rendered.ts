import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseAllDocuments } from 'yaml'
import { type Folder, isComponent, pathOf } from './kubernetes.ts'

/** Anything `kubectl kustomize` prints. */
export interface Rendered {
  readonly apiVersion: string
  readonly kind: string
  readonly metadata: {
    readonly name: string
    readonly namespace?: string
    readonly labels?: Readonly<Record<string, string>>
  }
  readonly data?: Readonly<Record<string, string>>
  readonly spec?: unknown
}

const kubectl = fileURLToPath(new URL('kubectl/node_modules/kubectl', import.meta.url))
const known = new Map<Folder, readonly Rendered[]>()

/** What `kubectl apply -k` would apply; of a component, the base with it. */
export function rendered(folder: Folder): readonly Rendered[] {
  const had = known.get(folder)
  if (had) return had
  const made = isComponent(folder) ? overBase(folder) : kustomize(pathOf(folder))
  known.set(folder, made)
  return made
}

/** `Deployment longhold-client longhold`, for comparisons that read. */
export const nameOf = ({ kind, metadata: { name, namespace } }: Rendered): string =>
  [kind, name, namespace].filter(Boolean).join(' ')

const overBase = (component: Folder): readonly Rendered[] => overlaid(['base'], [component])

/** What an overlay of these comes to. */
export function overlaid(resources: readonly Folder[], components: readonly Folder[]): readonly Rendered[] {
  const root = mkdtempSync(join(tmpdir(), 'longhold-manifests-'))
  const from = (folders: readonly Folder[]) => JSON.stringify(folders.map(folder => relative(root, pathOf(folder))))
  const head = 'apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\n'
  try {
    writeFileSync(
      join(root, 'kustomization.yaml'),
      `${head}resources: ${from(resources)}\ncomponents: ${from(components)}\n`,
    )
    return kustomize(root)
  } finally {
    rmSync(root, { recursive: true })
  }
}

/** Offline, and with the loader's usual restrictions: as somebody would who has nothing but this checkout. */
function kustomize(root: string): readonly Rendered[] {
  if (!existsSync(kubectl)) throw new Error(`expected kubectl at ${kubectl}, found none: run "npm run test:packages"`)
  const text = execFileSync(kubectl, ['kustomize', root], { encoding: 'utf8', maxBuffer: 1 << 26 })
  return parseAllDocuments(text).map(document => document.toJS() as Rendered)
}
