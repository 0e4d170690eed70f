/** Who is at the other end of a connection, in its own words. */
export interface Identity {
  readonly pod: string
  readonly node: string
  readonly ip: string
  /** Random per process start: tells a restarted pod from the one that was there before. */
  readonly instance: string
}
