/** Where the API server is, and how it is to be believed and convinced. */
export interface Access {
  /** In people's words: where this was found. */
  readonly from: string
  /** `https://10.96.0.1:443`, without a path. */
  readonly origin: string
  /** Before every path; empty unless the server is behind a proxy such as Rancher's. */
  readonly prefix: string
  /** Names of `tls.connect`. */
  readonly tls: Tls
  readonly token?: Token
  /** The namespace to fall back to where the cluster's whole is forbidden. */
  readonly namespace?: string
}

export interface Tls {
  readonly ca?: string
  readonly cert?: string
  readonly key?: string
  readonly servername?: string
  readonly rejectUnauthorized: boolean
}

/** A file's is read again and again: what the kubelet writes there is good for an hour. */
export type Token = { readonly text: string } | { readonly file: string }
