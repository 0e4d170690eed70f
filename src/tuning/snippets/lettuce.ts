import { defineTarget } from './target.ts'

export const lettuce = defineTarget({
  name: 'lettuce',
  title: 'Lettuce (Redis, Java)',
  language: 'java',
  text: ({ setting: { idleS, intervalS, count, userTimeoutMs } }) => `import io.lettuce.core.ClientOptions;
import io.lettuce.core.SocketOptions;
import io.lettuce.core.SocketOptions.KeepAliveOptions;
import io.lettuce.core.SocketOptions.TcpUserTimeoutOptions;
import java.time.Duration;

final class RedisKeepAlive {
    /** For RedisClient.setOptions(); Lettuce 6.2 and later, with Netty's epoll transport. */
    static final ClientOptions OPTIONS = ClientOptions.builder()
        .socketOptions(SocketOptions.builder()
            .keepAlive(KeepAliveOptions.builder()
                .enable()
                .idle(Duration.ofSeconds(${idleS}))
                .interval(Duration.ofSeconds(${intervalS}))
                .count(${count})
                .build())
            .tcpUserTimeout(TcpUserTimeoutOptions.builder()
                .enable()
                .tcpUserTimeout(Duration.ofMillis(${userTimeoutMs}))
                .build())
            .build())
        .build();
}
`,
  notes: () => [
    'Without netty-transport-native-epoll on the class path only on and off remain, with the kernel’s times.',
  ],
})
