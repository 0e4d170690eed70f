import { defineTarget } from './target.ts'

export const java = defineTarget({
  name: 'java',
  title: 'Java',
  language: 'java',
  text: ({ setting: { idleS, intervalS, count } }) => `import java.io.IOException;
import java.net.Socket;
import java.net.StandardSocketOptions;
import jdk.net.ExtendedSocketOptions;

final class KeepAlive {
    /** JDK 11 and later, on Linux and macOS; a SocketChannel takes the same options. */
    static void on(Socket socket) throws IOException {
        socket.setOption(StandardSocketOptions.SO_KEEPALIVE, true);
        socket.setOption(ExtendedSocketOptions.TCP_KEEPIDLE, ${idleS});
        socket.setOption(ExtendedSocketOptions.TCP_KEEPINTERVAL, ${intervalS});
        socket.setOption(ExtendedSocketOptions.TCP_KEEPCOUNT, ${count});
    }
}
`,
  notes: ({ setting: { userTimeoutMs } }) => [
    `The JDK cannot set the user timeout. Netty can, on its epoll transport: EpollChannelOption.TCP_USER_TIMEOUT, ${userTimeoutMs}; its TCP_KEEPIDLE, TCP_KEEPINTVL and TCP_KEEPCNT are there as well.`,
  ],
})
