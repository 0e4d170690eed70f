import { dirname, resolve } from 'node:path'
import { parse } from 'yaml'
import { z } from 'zod'
import { Absent } from '../../source.ts'

/** What a kubeconfig says, files not yet read. */
export interface Chosen {
  readonly from: string
  readonly server: URL
  readonly ca?: Material
  readonly cert?: Material
  readonly key?: Material
  readonly insecure: boolean
  readonly servername?: string
  readonly token?: Material
  readonly namespace?: string
}

export type Material = { readonly text: string } | { readonly file: string }

/** A kubeconfig's fields that matter, and those whose meaning must not be ignored. `null` is what kubectl writes for nothing. */
const text = z.string().nullish()
const named = <T extends z.ZodType>(field: string, value: T) =>
  z.array(z.object({ name: z.string(), [field]: value })).nullish()
const cluster = z.object({
  server: text,
  'certificate-authority': text,
  'certificate-authority-data': text,
  'insecure-skip-tls-verify': z.boolean().nullish(),
  'tls-server-name': text,
  'proxy-url': text,
})
const user = z.object({
  token: text,
  tokenFile: text,
  'client-certificate': text,
  'client-certificate-data': text,
  'client-key': text,
  'client-key-data': text,
  username: text,
  exec: z.object({ command: text }).nullish(),
  'auth-provider': z.object({ name: text }).nullish(),
  as: text,
})
const context = z.object({ cluster: z.string(), user: z.string().default(''), namespace: text })
const kubeconfig = z.object({
  'current-context': text,
  clusters: named('cluster', cluster),
  users: named('user', user),
  contexts: named('context', context),
})
type User = z.output<typeof user>

/**
 * The cluster and user of the current context. Of several files the first that names something wins, as for kubectl. Throws
 * `Absent` with one sentence that never cites a secret.
 */
export function readKubeconfig(files: readonly { readonly path: string; readonly text: string }[]): Chosen {
  const read = files.map(({ path, text }) => ({ path, config: parsed(path, text) }))
  const paths = files.map(({ path }) => path).join(', ')
  const current = read.find(({ config }) => config['current-context'])?.config['current-context']
  if (!current) throw new Absent(`kubeconfig ${paths}: it has no current-context`)

  /** The entry, and where it stands: paths in it are relative to its own file. */
  function entry<T>(list: 'clusters' | 'users' | 'contexts', field: string, name: string, schema: z.ZodType<T>) {
    for (const { path, config } of read) {
      const found = config[list]?.find(each => each.name === name)
      if (found) return { path, value: schema.parse(Reflect.get(found, field)) }
    }
    throw new Absent(`kubeconfig ${paths}: ${list} has no "${name}", which context "${current}" needs`)
  }

  const { value: chosen } = entry('contexts', 'context', current, context)
  const at = entry('clusters', 'cluster', chosen.cluster, cluster)
  const who = chosen.user ? entry('users', 'user', chosen.user, user) : { path: '', value: user.parse({}) }
  const refused = refusal(at.value, who.value)
  if (refused) throw new Absent(`kubeconfig ${who.path || at.path}, context "${current}": ${refused}`)
  const { value: its } = at
  const { value: mine } = who
  return {
    from: `kubeconfig ${at.path}, context "${current}"`,
    server: serverOf(its.server, at.path),
    ...materials({ ca: [its['certificate-authority-data'], its['certificate-authority']] }, at.path),
    ...materials(
      {
        cert: [mine['client-certificate-data'], mine['client-certificate']],
        key: [mine['client-key-data'], mine['client-key']],
      },
      who.path,
    ),
    ...tokenOf(mine, who.path),
    insecure: its['insecure-skip-tls-verify'] ?? false,
    ...(its['tls-server-name'] && { servername: its['tls-server-name'] }),
    ...(chosen.namespace && { namespace: chosen.namespace }),
  }
}

function parsed(path: string, text: string): z.output<typeof kubeconfig> {
  try {
    return kubeconfig.parse(parse(text, { logLevel: 'error', prettyErrors: false }) ?? {})
  } catch {
    throw new Absent(`kubeconfig ${path}: it is no kubeconfig`) // the parser's own words would cite the text
  }
}

/** What we would have to do and do not: then it is better to say so than to come as somebody else, or as nobody. */
function refusal(cluster: { 'proxy-url'?: string | null | undefined }, user: User): string | undefined {
  const instead = 'give it a token or a client certificate, such as those of a ServiceAccount'
  if (user.exec) return `it wants an exec plugin (${user.exec.command ?? '?'}), and longhold runs none: ${instead}`
  if (user['auth-provider'])
    return `it wants the auth-provider plugin ${user['auth-provider'].name ?? '?'}, and longhold has none: ${instead}`
  if (user.username) return `it has a user name and password, which API servers no longer take: ${instead}`
  if (user.as) return `it impersonates (as: ${user.as}), and longhold does not: ${instead}`
  if (cluster['proxy-url']) return 'it goes through a proxy (proxy-url), and longhold does not'
  return undefined
}

function serverOf(server: string | null | undefined, path: string): URL {
  const url = server ? URL.parse(server) : null
  if (!url || !/^https?:$/.test(url.protocol) || url.username || url.search)
    throw new Absent(`kubeconfig ${path}: its server is no address such as https://10.0.0.1:6443`)
  return url
}

/** Data, base64, goes before a file, as for kubectl. */
function materials<K extends string>(
  fields: Readonly<Record<K, readonly [data: string | null | undefined, file: string | null | undefined]>>,
  path: string,
): { readonly [N in K]?: Material } {
  const found: { [N in K]?: Material } = {}
  for (const name of Object.keys(fields) as K[]) {
    const [data, file] = fields[name]
    if (data) found[name] = { text: Buffer.from(data, 'base64').toString('utf8') }
    else if (file) found[name] = { file: resolve(dirname(path), file) }
  }
  return found
}

/** A file goes before the text, as for kubectl. */
function tokenOf({ token, tokenFile }: User, path: string): { readonly token?: Material } {
  if (tokenFile) return { token: { file: resolve(dirname(path), tokenFile) } }
  return token ? { token: { text: token } } : {}
}
