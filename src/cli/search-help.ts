export const help = `
Many connections are opened together, each is silent for its own time, and the first that are found dead tell the timeout: it takes
hardly longer than the timeout itself. Of a longhold server both directions are measured; the answer differs where a NAT forgets.

Exit codes:
  0    a timeout was found
  1    the target cannot be reached, or does not answer
  2    a mistake in what was written
  3    nothing died up to --max
  4    something kept killing connections whatever their age: nothing can be measured
  130  interrupted: what is known so far was printed

Examples:
  longhold search longhold-server                      both directions, up to 2 h 5 min
  longhold search longhold-server --precision 5% --max 20m
  longhold search udp://longhold-server --udp-stream   how long a UDP stream's way back stays open
  longhold search http://web.shop/healthz --max 10m    a web server's own keep-alive timeout
  longhold search postgres://app@db/app
  longhold search tcp://mail:25 --say 'NOOP'           any service that answers a line
  longhold search longhold-server --max 25h --resume search.json --json
  longhold advise --search search-result.json          which keepalive survives it`
