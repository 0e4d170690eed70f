import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parseAllDocuments } from 'yaml'

/** What people apply. */
export const base = fileURLToPath(new URL('../k8s/base/', import.meta.url))

// Only the fields the tests look at; a manifest without them fails the test that does.

export interface Kustomization {
  readonly resources: readonly string[]
  readonly configMapGenerator: readonly { readonly name: string; readonly files: readonly string[] }[]
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

export interface Container {
  readonly args: readonly string[]
  readonly env: readonly { readonly name: string }[]
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

/** Anything `kubectl kustomize` prints. */
export interface Built {
  readonly kind: string
  readonly metadata: { readonly name: string }
  readonly data?: Readonly<Record<string, string>>
}

/** Every document of a file. */
export function documents(file: string): ReturnType<typeof parseAllDocuments> {
  return parseAllDocuments(readFileSync(base + file, 'utf8'))
}

// YAML has no types: these say what each file is.
export const kustomization = only('kustomization.yaml') as Kustomization
export const services = objects('services.yaml') as Service[]
export const deployment = (name: 'client' | 'server'): Deployment => only(`${name}.yaml`) as Deployment

function objects(file: string): unknown[] {
  return [...documents(file)].map(document => document.toJS() as unknown)
}

function only(file: string): unknown {
  const [first, ...more] = objects(file)
  if (first === undefined || more.length > 0) throw new Error(`${file} should hold one object`)
  return first
}
