import { defineTarget } from './target.ts'

export const go = defineTarget({
  name: 'go',
  title: 'Go',
  language: 'go',
  text: ({ setting: { idleS, intervalS, count, userTimeoutMs } }) => `import (
	"errors"
	"net"
	"syscall"
	"time"
)

// Go 1.23 and later.
var keepAlive = net.KeepAliveConfig{
	Enable:   true,
	Idle:     ${idleS} * time.Second,
	Interval: ${intervalS} * time.Second,
	Count:    ${count},
}

// Clients connect with dialer, servers listen with listen: what they accept inherits all of it.
var dialer = net.Dialer{KeepAliveConfig: keepAlive, Control: userTimeout}
var listen = net.ListenConfig{KeepAliveConfig: keepAlive, Control: userTimeout}

func userTimeout(_, _ string, conn syscall.RawConn) error {
	var refused error
	err := conn.Control(func(fd uintptr) {
		const TCP_USER_TIMEOUT = 18 // Linux, ms
		refused = syscall.SetsockoptInt(int(fd), syscall.IPPROTO_TCP, TCP_USER_TIMEOUT, ${userTimeoutMs})
	})
	return errors.Join(err, refused)
}
`,
  notes: () => [
    'Without KeepAliveConfig Go sets 15 s, 15 s and 9 probes, whatever the sysctls say.',
    'HTTP: http.Transport{DialContext: dialer.DialContext}.',
  ],
})
