/** The clock or the event loop misbehaved: what we measured around then is suspect. */
export interface Disturbed {
  readonly type: 'disturbed'
  readonly what: 'loop-stall' | 'clock-jump'
  readonly ms: number
}
