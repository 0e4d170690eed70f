import { delimiter, join } from 'node:path'
import { Absent } from '../../source.ts'
import type { Access } from './access.ts'
import { readText, readTextIfThere } from './files.ts'
import { inCluster, serviceAccountFolder } from './in-cluster.ts'
import { type Chosen, type Material, readKubeconfig } from './kubeconfig.ts'

export interface Whereabouts {
  readonly env: Readonly<Record<string, string | undefined>>
  /** Only this file, whatever else there is. */
  readonly kubeconfig?: string
  /** `~/.kube/config` below it is the last resort; without it, there is none. */
  readonly home?: string
  /** For tests: where a pod's ServiceAccount is. */
  readonly serviceAccount?: string
}

/** The file that was named; else the pod's own ServiceAccount; else `$KUBECONFIG`; else `~/.kube/config`. Rejects with `Absent`. */
export async function findAccess(where: Whereabouts): Promise<Access> {
  const { env, kubeconfig, home, serviceAccount = serviceAccountFolder } = where
  if (kubeconfig !== undefined) return fromKubeconfig([kubeconfig])
  const pod = await inCluster(env, serviceAccount)
  if (pod) return pod
  if (env['KUBECONFIG']) return fromKubeconfig(env['KUBECONFIG'].split(delimiter).filter(path => path !== ''))
  const usual = home && join(home, '.kube', 'config')
  if (usual && (await readTextIfThere(usual)) !== undefined) return fromKubeconfig([usual])
  throw new Absent('not in a pod (KUBERNETES_SERVICE_HOST is not set), and there is no kubeconfig')
}

/** Of several files, those that are not there are passed over, as kubectl does. */
async function fromKubeconfig(paths: readonly string[]): Promise<Access> {
  const texts = await Array.fromAsync(paths, async path => ({
    path,
    text: await (paths.length > 1 ? readTextIfThere(path) : readText(path)),
  }))
  const files = texts.flatMap(({ path, text }) => (text === undefined ? [] : [{ path, text }]))
  if (files.length === 0) throw new Absent(`kubeconfig ${paths.join(', ')}: not there (ENOENT)`)
  return accessOf(readKubeconfig(files))
}

async function accessOf(chosen: Chosen): Promise<Access> {
  const { from, server, insecure, servername, token, namespace } = chosen
  const [ca, cert, key] = await Array.fromAsync([chosen.ca, chosen.cert, chosen.key], textOf)
  return {
    from,
    origin: server.origin,
    prefix: server.pathname.replace(/\/+$/, ''),
    tls: {
      ...(ca && { ca }),
      ...(cert && { cert }),
      ...(key && { key }),
      ...(servername && { servername }),
      rejectUnauthorized: !insecure,
    },
    ...(token && { token }),
    ...(namespace && { namespace }),
  }
}

async function textOf(material: Material | undefined): Promise<string | undefined> {
  if (material === undefined) return undefined
  return 'text' in material ? material.text : readText(material.file)
}
