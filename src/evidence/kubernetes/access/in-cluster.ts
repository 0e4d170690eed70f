import { join } from 'node:path'
import { Absent } from '../../source.ts'
import { formatAddress } from '../../../settings/address.ts'
import type { Access } from './access.ts'
import { readText, readTextIfThere } from './files.ts'

/** Where the kubelet puts a ServiceAccount's token, the cluster's CA and the pod's namespace. */
export const serviceAccountFolder = '/var/run/secrets/kubernetes.io/serviceaccount'

/** What every pod is given, unless its manifest says `automountServiceAccountToken: false`. `undefined` outside of a pod. */
export async function inCluster(
  env: Readonly<Record<string, string | undefined>>,
  folder: string,
): Promise<Access | undefined> {
  const { KUBERNETES_SERVICE_HOST: host, KUBERNETES_SERVICE_PORT: port } = env
  if (!host || !port) return undefined
  const file = join(folder, 'token')
  if ((await readTextIfThere(file)) === undefined)
    throw new Absent(`this pod has no ServiceAccount token (${file}): set automountServiceAccountToken: true`)
  const namespace = (await readTextIfThere(join(folder, 'namespace')))?.trim()
  return {
    from: 'the ServiceAccount of this pod',
    origin: `https://${formatAddress({ host, port: Number(port) })}`,
    prefix: '',
    tls: { ca: await readText(join(folder, 'ca.crt')), rejectUnauthorized: true },
    token: { file },
    ...(namespace && { namespace }),
  }
}
