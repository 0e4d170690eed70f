import type { IncomingMessage } from 'node:http'
import type { TLSSocket } from 'node:tls'

/** As in a Role or ClusterRole. */
export interface Rule {
  readonly apiGroups: readonly string[]
  readonly resources: readonly string[]
  readonly verbs: readonly string[]
  /** A RoleBinding's; absent, a ClusterRoleBinding's. */
  readonly namespace?: string
}

/** Everything longhold asks for, in the whole cluster. */
export const everything: readonly Rule[] = [{ apiGroups: ['*'], resources: ['*'], verbs: ['*'] }]

export interface Attributes {
  readonly verb: string
  readonly group: string
  readonly resource: string
  readonly namespace?: string | undefined
}

export const allows = (rules: readonly Rule[], { verb, group, resource, namespace }: Attributes): boolean =>
  rules.some(
    rule =>
      has(rule.verbs, verb) &&
      has(rule.apiGroups, group) &&
      has(rule.resources, resource) &&
      (rule.namespace === undefined || rule.namespace === namespace),
  )

const has = (list: readonly string[], each: string): boolean => list.includes(each) || list.includes('*')

/** Who asks, by a bearer token or a client certificate of the cluster's CA; `undefined` for nobody. */
export function userOf(request: IncomingMessage, tokens: ReadonlyMap<string, string>): string | undefined {
  const [, token] = /^Bearer (.+)$/.exec(request.headers.authorization ?? '') ?? []
  if (token !== undefined) return tokens.get(token)
  const socket = request.socket as TLSSocket // the server speaks nothing else
  return socket.authorized ? String(socket.getPeerCertificate().subject.CN) : undefined
}
