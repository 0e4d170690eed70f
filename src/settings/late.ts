/**
 * By so much of its time a timer of the kernel may be late: the wheel rounds up to the granularity of its level, 8^n ticks
 * from 63 x 8^(n-1) ticks on (kernel/time/timer.c). A keepalive of 300 s may well be 316 s, and IPVS forget after 916 s what it
 * was to remember for 900 s (ip_vs_conn.c). conntrack looks at the clock instead, and is never late (nf_ct_is_expired).
 */
const lateness = 8 / 63

/** When what is due after `time` has happened at the latest, in the unit of `time`. */
export const late = (time: number): number => time * (1 + lateness)
