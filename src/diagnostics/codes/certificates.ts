import type { ErrorTable } from "./entry.ts";

/** Certificates that a definition brings to the hosts, as far as their texts are known; see entry.ts. */
export const certificateCodes = {
  STACK_CERTIFICATE_CHAIN_ORDER: [
    "certificates stand in another order than that in which they certify each other, or one among them certifies none: clients get what they cannot follow, and haproxy refuses a file that does not begin with the host's own",
    'certificate: { kind: "file", path: "chain-then-site.pem" }',
    "write the host's certificate first, then its issuer, then that one's; leave others out",
  ],
  STACK_CERTIFICATE_CHAIN_SHORT: [
    "a certificate comes without that of its issuer: clients that do not know it from elsewhere refuse the connection",
    'certificate: { kind: "file", path: "cert.pem" }, without the intermediate certificate of fullchain.pem',
    "append the issuer's certificate; where all clients have it as an authority of their own, silence this with that reason",
  ],
  STACK_CERTIFICATE_EXPIRED: [
    "a certificate, or one of its issuers, has expired: clients refuse it",
    "the certificate of www.example.com has expired on 2026-01-31",
    "renew it and give the new one, chain and key",
  ],
  STACK_CERTIFICATE_EXPIRES: [
    "a certificate expires within 30 days (`warnBefore` of the certificate), or has lived two thirds of a shorter life: it lasts until somebody deploys another one",
    "the certificate of www.example.com expires in 12 days, on 2026-01-31",
    "renew it and deploy, or have a file on the hosts kept by a client of the authority (kind hostFile)",
  ],
  STACK_CERTIFICATE_KEY_DIFFERS: [
    "a private key is not that of the certificate: the host would refuse the two",
    'certificate: { kind: "env", name: "SITE_CHAIN" }, privateKey: { kind: "env", name: "SHOP_KEY" }',
    "give the key that the certificate was asked for with; after a renewal both change",
  ],
  STACK_CERTIFICATE_NAMES: [
    "a frontend has a backend for a name that no certificate of its bind has, or a certificate has no alternative name at all: clients refuse the connection",
    'directives: ["use_backend api if { hdr(host) -i api.example.com }"] with a certificate for www.example.com',
    "add a certificate that has the name, or take the rule out",
  ],
  STACK_CERTIFICATE_NOT_YET: [
    "a certificate is valid from a moment in the future: clients refuse it until then",
    "the certificate of www.example.com is valid from 2027-01-01T00:00:00.000Z, which is in the future",
    "wait, set the clock of this machine when it is wrong, or give one that is valid now",
  ],
  STACK_CERTIFICATE_NO_PEM: [
    "the value of a certificate or of its private key is not PEM text",
    'certificate: { kind: "env", name: "SITE_PEM" } with the path of a file in SITE_PEM',
    "give the text itself, from -----BEGIN …----- to -----END …-----",
  ],
  STACK_CERTIFICATE_UNREADABLE: [
    "a certificate or its private key is in PEM form and cannot be read, or the key needs a passphrase: the host would refuse the file",
    'privateKey: { kind: "file", path: "encrypted.key" }',
    "give the whole text as it was written, and the key without a passphrase (openssl pkey -in FILE -out PLAIN)",
  ],
} as const satisfies ErrorTable;
