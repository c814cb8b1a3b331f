// nginx with what comes closest to a case's configuration.
import type { Place } from "./case.ts";

function upstream(place: Place, keepalive: number): string {
  const servers = place.origins.map((port) => `server 127.0.0.1:${port};`).join(" ");
  return `upstream app { ${servers} ${keepalive > 0 ? `keepalive ${keepalive};` : ""} }`;
}

interface Options {
  readonly keepalive?: number;
  readonly location?: string;
  readonly server?: string;
  readonly http?: string;
  /** HTTP/2 with clients. */
  readonly h2?: boolean;
}

/** nginx as an HTTP proxy. */
export function http(options: Options = {}) {
  return (place: Place) => {
    const keepalive = options.keepalive ?? 256;
    return `http {
  access_log off; keepalive_requests 1000000000; keepalive_timeout 60s; ${options.http ?? ""}
  ${upstream(place, keepalive)}
  server {
    listen 127.0.0.1:${place.port} ${sealed(place, options.h2)} ${(options.server ?? "").replaceAll("$SINK", String(place.sink))}
    location / {
      proxy_pass http://app; proxy_http_version 1.1; proxy_set_header Host $host;
      proxy_set_header Connection "${keepalive > 0 ? "" : "close"}"; ${options.location ?? ""}
    }
  }
}`;
  };
}

function sealed({ certificate }: Place, h2 = false): string {
  if (certificate === undefined) return "backlog=4096;";
  return `ssl ${h2 ? "http2 " : ""}backlog=4096; ssl_protocols TLSv1.3; ssl_certificate ${certificate}; ssl_certificate_key ${certificate}; ssl_buffer_size 16k;`;
}

export function stream(place: Place): string {
  return `stream {
  ${upstream(place, 0)}
  server { listen 127.0.0.1:${place.port} backlog=4096; proxy_pass app; }
}`;
}

export const RULES = {
  http: `map $http_user_agent $mobile { default ""; ~*mobile yes; }`,
  server: `access_log syslog:server=127.0.0.1:$SINK,facility=local0;
    location /static { proxy_pass http://app; } location /assets { proxy_pass http://app; }`,
  location: `proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for; proxy_set_header X-Forwarded-Proto http;
      proxy_set_header X-Debug ""; proxy_set_header X-Mobile $mobile;
      add_header Strict-Transport-Security max-age=31536000; proxy_hide_header Server;`,
};
