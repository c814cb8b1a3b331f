import type { ResolvedBindTls, ResolvedFrontend, ResolvedServer } from "../../stack/index.ts";
import { HostPaths } from "../release.ts";

/** `ssl` and its companions of a bind line; configuration manual 5.1. */
export function bindTlsWords(tls: ResolvedBindTls | undefined): string[] {
  if (tls === undefined) return [];
  const { clientCertificates: clients } = tls;
  return [
    "ssl",
    ...tls.certificates.map((it) => `crt ${"path" in it ? it.path : `${HostPaths.current}/${it.released}`}`),
    ...(tls.alpn.length === 0 ? [] : [`alpn ${tls.alpn.join(",")}`]),
    `ssl-min-ver TLSv${tls.minVersion}`,
    ...(tls.strictSni ? ["strict-sni"] : []),
    ...(clients === undefined ? [] : [`verify ${clients.verify} ca-file ${clients.caFile}`]),
    ...(clients?.crlFile === undefined ? [] : [`crl-file ${clients.crlFile}`]),
  ];
}

/** The same of a server line; configuration manual 5.2. The name goes to checks, too. */
export function serverTlsWords(tls: ResolvedServer["tls"]): string[] {
  if (tls === undefined) return [];
  const { verify, caFile, serverName } = tls;
  return [
    `ssl verify ${verify}`,
    ...(verify === "none" ? [] : [`ca-file ${caFile ?? "@system-ca"}`]),
    ...(serverName === undefined ? [] : [`sni str(${serverName}) check-sni ${serverName}`]),
    `ssl-min-ver TLSv${tls.minVersion}`,
  ];
}

/** Clear text is sent away before anything else is decided about a request. */
export function httpsLines(frontend: ResolvedFrontend): string[] {
  const { redirectToHttps, hstsSeconds } = frontend;
  return [
    ...(redirectToHttps ? ["http-request redirect scheme https code 301 unless { ssl_fc }"] : []),
    ...(hstsSeconds === undefined
      ? []
      : [`http-response set-header Strict-Transport-Security "max-age=${hstsSeconds}" if { ssl_fc }`]),
  ];
}
