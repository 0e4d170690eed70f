import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { stringify } from 'yaml'
import type { ApiServer } from './server.ts'

/** Writes what the kubelet mounts into a pod; returns the folder and the variables a pod has. */
export function writeServiceAccount(folder: string, server: ApiServer, token = server.token) {
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'token'), token)
  writeFileSync(join(folder, 'ca.crt'), server.authority.ca)
  writeFileSync(join(folder, 'namespace'), 'longhold')
  return {
    serviceAccount: folder,
    env: { KUBERNETES_SERVICE_HOST: server.host, KUBERNETES_SERVICE_PORT: String(server.port) },
  }
}

/** Writes a kubeconfig as kubeadm does; `user` and `cluster` are what a test wants otherwise. Returns its path. */
export function writeKubeconfig(
  file: string,
  server: ApiServer,
  { user = { token: server.token }, cluster = {} }: { readonly user?: object; readonly cluster?: object } = {},
): string {
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    preferences: {},
    'current-context': 'longhold@lab',
    clusters: [
      {
        name: 'lab',
        cluster: { server: server.url, 'certificate-authority-data': base64(server.authority.ca), ...cluster },
      },
    ],
    users: [{ name: 'longhold', user }],
    contexts: [{ name: 'longhold@lab', context: { cluster: 'lab', user: 'longhold', namespace: 'longhold' } }],
  }
  writeFileSync(file, stringify(config))
  return file
}

const base64 = (text: string): string => Buffer.from(text).toString('base64')
