/** What is known of how a version of kube-proxy cleans conntrack up behind UDP Services. What is not known for sure is left out. */
export interface CleanUp {
  /** Up to 1.31 it runs the `conntrack` program, and without it nothing is cleaned up; since 1.32 it asks the kernel itself. */
  readonly by?: 'program' | 'netlink'
  /** Entries stay behind when the last endpoint of a Service goes. */
  readonly leavesAtZero?: boolean
  /** Entries stay behind when a Service is deleted: those of its cluster IP. */
  readonly leavesAtDelete?: boolean
  /** When it starts it deletes the entries of all UDP Services, those that are right as well. */
  readonly clearsAtStart?: boolean
}

/** Where each of it is told. */
export const cleanUpSources: Readonly<Record<keyof CleanUp, string>> = {
  by: 'kubernetes#126847, kubernetes#127318',
  leavesAtZero: 'kubernetes#139628, kubernetes#139629',
  leavesAtDelete: 'kubernetes#141371',
  clearsAtStart: 'kubernetes#122740, kubernetes#127318',
}

/** `undefined` for what is no version. */
export function cleanUpOf(version: string): CleanUp | undefined {
  const [, minorText, patchText, rest = ''] = /^v?1\.(\d{1,3})\.(\d{1,3})(?:[-+](.*))?$/.exec(version) ?? []
  if (minorText === undefined || patchText === undefined) return undefined
  const [minor, patch] = [Number(minorText), Number(patchText)]
  const isEarly = /^(alpha|beta|rc)\b/.test(rest)
  if (isEarly && changing.has(minor)) return {}
  // Whoever builds it anew may have put a fix in before others did, and none leaves one out.
  const isTheirOwn = rest === '' || isEarly
  const leaves = (fault: Fault): boolean | undefined => {
    if (minor < reconciling || minor >= fault.fixedIn) return false
    return isTheirOwn && patch <= (fault.seenIn[minor] ?? -1) ? true : undefined
  }
  const [leavesAtZero, leavesAtDelete] = [leaves(atZero), leaves(atDelete)]
  return {
    by: minor < reconciling ? 'program' : 'netlink',
    ...(leavesAtZero !== undefined && { leavesAtZero }),
    ...(leavesAtDelete !== undefined && { leavesAtDelete }),
    clearsAtStart: minor < reconciling,
  }
}

/** Since 1.32 it compares all of conntrack with all Services, where before it followed what changed. */
const reconciling = 32

interface Fault {
  /** Minor version whose first release has the fix. */
  readonly fixedIn: number
  /**
   * The last patch of each minor version that is known to have the fault: it was released before the fix was made. Whether a
   * later patch has the fix was not to be verified, so of those nothing is said.
   */
  readonly seenIn: Readonly<Record<number, number>>
}

/** The fix was made in June 2026 and first released in v1.37.0-alpha.2; 1.32 had seen its end by then. */
const atZero: Fault = { fixedIn: 37, seenIn: { 32: Infinity, 33: 5, 34: 7, 35: 4, 36: 0 } }
/** The fix was made after 1.37.0, and first released in v1.38.0-alpha.1; 1.33 had seen its end by then. */
const atDelete: Fault = { fixedIn: 38, seenIn: { 32: Infinity, 33: Infinity, 34: 7, 35: 4, 36: 0, 37: 0 } }

/** Minor versions before whose release something of the above changed: their early releases may have it, or not yet. */
const changing: ReadonlySet<number> = new Set([reconciling, atZero.fixedIn, atDelete.fixedIn])
