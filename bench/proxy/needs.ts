// What a run needs and does not build itself, asked for before anything is measured.
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";

export const nginxStream = "/usr/lib/nginx/modules/ngx_stream_module.so";

/** Programs, and the Debian package of each. */
const packages: Readonly<Record<string, string>> = {
  haproxy: "haproxy",
  nginx: "nginx-light",
  openssl: "openssl",
  strace: "strace",
  setpriv: "util-linux",
  taskset: "util-linux",
};

/** Every one that is not here, with what brings it; none when the run can begin. `binary`: the tandemd that is measured. */
export function missing(binary: string): readonly string[] {
  const folders = (process.env.PATH ?? "").split(delimiter);
  const found = (program: string) => folders.some((folder) => existsSync(join(folder, program)));
  const programs = Object.entries(packages).filter(([program]) => !found(program));
  return [
    ...programs.map(([program, name]) => `${program}: apt-get install ${name}`),
    ...(existsSync(nginxStream) ? [] : ["nginx's stream module: apt-get install libnginx-mod-stream"]),
    ...(existsSync(binary) ? [] : [`${binary}: npm run build`]),
  ];
}
