// One run of a controller in a process of its own, so that it can be killed. The job comes on standard input,
// because whoever looks at the processes of this machine could read arguments.
import { text } from "node:stream/consumers";
import { runJob, type TimedJob } from "./job.ts";

process.stdout.write("ready\n");
const { job, connection } = JSON.parse(await text(process.stdin)) as {
  job: TimedJob;
  connection: Parameters<typeof runJob>[1];
};
await runJob(job, connection, (progress) => process.stdout.write(`${JSON.stringify(progress)}\n`));
