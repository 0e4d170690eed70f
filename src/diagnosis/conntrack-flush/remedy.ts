/** `by`: who did it, where that is known. */
export const remedy = (by: string | undefined): readonly string[] => [
  '# What is lost is lost: clients have to connect again. Find out who deletes entries, and delete less:',
  by === undefined || by.startsWith('portid')
    ? 'conntrack -E -e DESTROY -o timestamp | grep USERSPACE'
    : `pgrep -a ${by.split(/[^\w.-]/)[0] || 'conntrack'}`,
  '# A clean-up of stale UDP entries needs to name them, and never the whole table (conntrack -F):',
  'conntrack -D -p udp --orig-dst SERVICE_IP --orig-port-dst PORT --dst-nat DEAD_POD_IP',
]
