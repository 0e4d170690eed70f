/** Who is at the other end of a connection, in its own words. */
export interface Identity {
  readonly pod: string
  readonly node: string
  readonly ip: string
  /** The failure domain of its node (`topology.kubernetes.io/zone`), where it was told. */
  readonly zone?: string | undefined
  /** Random per process start: tells a restarted pod from the one that was there before. */
  readonly instance: string
}
