import type { ErrorTable } from "./entry.ts";

/** Codes of src/import and of `tandem import`; the format is told in entry.ts. */
export const importCodes = {
  IMPORT_EXISTS: [
    "`tandem import` does not overwrite a stack file, as changes made in it by hand would be lost",
    "error[IMPORT_EXISTS]: stacks/edge.ts is there already",
    "name another file with --out, or say --force",
  ],
  IMPORT_NOT_CARRIED: [
    "a line of the imported files is not in the definition, because a definition cannot say it or because it contradicts another line",
    "a.conf:18:9: error[IMPORT_NOT_CARRIED]: brd 10.0.0.255 of the address 10.0.0.100 has no field in the definition",
    "decide whether it is wanted; the message says what to write instead",
  ],
  IMPORT_NOT_UNDERSTOOD: [
    "a line was carried over as it is, and tandemd does not act on it as haproxy or keepalived do",
    "haproxy.cfg:34:9: warning[IMPORT_NOT_UNDERSTOOD]: tandemd says of this line: bind parameter 'alpn' is not supported yet and is ignored",
    "take the line out if it is not needed; docs/haproxy-support.md and docs/keepalived-support.md list what is supported",
  ],
  IMPORT_PLACEHOLDER: [
    "a definition needs something that no imported file tells, so a place-holder stands there",
    "warning[IMPORT_PLACEHOLDER]: address 192.0.2.11/24 of lb-a is a place-holder",
    "give --host, --interface and --interface-address once for each node, or write the values into the definition",
  ],
  IMPORT_SECRET: [
    "a password of the imported files is not in the definition and is to be set, or stands in a line that was carried over as it is",
    "a.conf:12:19: warning[IMPORT_SECRET]: the password of VI_1 stands in no definition",
    "set it with `pulumi config set --secret KEY`, as the message says",
  ],
  IMPORT_TRANSLATED: [
    "an old or unfit spelling became another one that means the same",
    "haproxy.cfg:24:3: warning[IMPORT_TRANSLATED]: contimeout 5000 is now timeout connect 5000",
    "nothing is to be done; look at it once",
  ],
  IMPORT_UNREADABLE: [
    "a file that was to be imported cannot be read, or a host has none",
    "error[IMPORT_UNREADABLE]: haproxy.cfg cannot be read: No such file or directory (os error 2)",
    "name files that can be read",
  ],
  IMPORT_WHAT: [
    "`tandem import` was not told what to read, or more than a pair has",
    "error[IMPORT_WHAT]: one host is half a pair",
    "give --haproxy FILE, --keepalived FILE once or twice, or --host ADDRESS twice",
  ],
} as const satisfies ErrorTable;
