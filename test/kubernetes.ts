import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parseAllDocuments } from 'yaml'

/** What people apply, and the parts that go with it. */
export const folders = [
  'base',
  'agent',
  'evidence',
  'events',
  'full',
  'alerts',
  'prometheus-operator',
  'grafana',
  'reload',
  'secured',
  'keepalive-matrix',
  'idle-ladder',
  'node-local-dns',
  'dual-stack',
  'daemonset',
  'external',
  'job',
  'canary',
  'canary/servers',
  'canary/pool',
  'canary/baseline',
  'canary/candidate',
  'canary/gate',
] as const
export type Folder = (typeof folders)[number]

export const pathOf = (folder: Folder): string => fileURLToPath(new URL(`../k8s/${folder}/`, import.meta.url))
export const base = pathOf('base')

// Only the fields the tests look at; a manifest without them fails the test that does.

export interface Kustomization {
  readonly kind: 'Kustomization' | 'Component'
  readonly resources?: readonly string[]
  readonly components?: readonly string[]
  readonly patches?: readonly { readonly path?: string }[]
  readonly configMapGenerator?: readonly { readonly name: string; readonly files?: readonly string[] }[]
}

export interface Port {
  readonly name: string
  readonly protocol: string
}

export interface Service {
  readonly metadata: { readonly name: string }
  readonly spec: {
    readonly clusterIP?: string
    readonly selector: object
    readonly ports: readonly (Port & { readonly port: number; readonly targetPort: string })[]
  }
}

interface Probe {
  readonly httpGet: unknown
}

interface Variable {
  readonly name: string
  readonly valueFrom: unknown
}

export interface Container {
  readonly args: readonly string[]
  readonly image: string
  readonly env: readonly Variable[]
  readonly ports: readonly (Port & { readonly containerPort: number })[]
  readonly volumeMounts: unknown
  readonly securityContext: unknown
  readonly startupProbe: Probe
  readonly livenessProbe: Probe
  readonly readinessProbe: Probe
}

export interface Deployment {
  readonly spec: {
    readonly replicas: number
    readonly selector: { readonly matchLabels: object }
    readonly template: {
      readonly metadata: { readonly labels: object }
      readonly spec: {
        readonly terminationGracePeriodSeconds: number
        readonly enableServiceLinks: boolean
        readonly volumes: unknown
        readonly containers: readonly [Container]
      }
    }
  }
}

/** Every document of a file, such as `base/client.yaml`. */
export function documents(file: string): ReturnType<typeof parseAllDocuments> {
  return parseAllDocuments(readFileSync(new URL(`../k8s/${file}`, import.meta.url), 'utf8'))
}

// YAML has no types: these say what each file is.
export const kustomization = (folder: Folder): Kustomization => only(`${folder}/kustomization.yaml`) as Kustomization
export const isComponent = (folder: Folder): boolean => kustomization(folder).kind === 'Component'
export const services = objects('base/services.yaml') as Service[]
export const deployment = (name: 'client' | 'server'): Deployment => only(`base/${name}.yaml`) as Deployment

export function objects(file: string): unknown[] {
  return [...documents(file)].map(document => document.toJS() as unknown)
}

export function only(file: string): unknown {
  const [first, ...more] = objects(file)
  if (first === undefined || more.length > 0) throw new Error(`${file} should hold one object`)
  return first
}
