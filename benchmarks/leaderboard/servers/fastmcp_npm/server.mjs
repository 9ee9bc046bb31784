// The workload on fastmcp of npm: `server.mjs PORT NAME VERSION CATALOGUE`.
import { readFileSync } from 'node:fs';
import { FastMCP } from 'fastmcp';
import { z } from 'zod';

const [port, name, version, path] = process.argv.slice(2);
const catalogue = JSON.parse(readFileSync(path, 'utf8'));
const readOnly = { readOnlyHint: true };
const item = z.object({
  sku: z.string(),
  name: z.string(),
  price: z.number(),
  in_stock: z.boolean(),
  tags: z.array(z.string()),
});
const page = z.object({ id: z.number(), title: z.string(), updated: z.string(), items: z.array(item) });

const server = new FastMCP({ name, version });
server.addTool({
  name: 'echo',
  description: 'Give the message back.',
  parameters: z.object({ message: z.string() }),
  annotations: readOnly,
  execute: async ({ message }) => message,
});
server.addTool({
  name: 'lookup',
  description: 'Look up a page of the catalogue.',
  parameters: z.object({ id: z.number().int() }),
  outputSchema: page,
  annotations: readOnly,
  execute: async ({ id }) => ({ id, ...catalogue }),
});
server.addResource({
  uri: 'catalogue://about',
  name: 'about',
  mimeType: 'text/plain',
  load: async () => ({ text: 'A catalogue of widgets.' }),
});
server.addPrompt({
  name: 'describe',
  description: 'Ask for a description.',
  arguments: [{ name: 'topic', required: true }],
  load: async ({ topic }) => `Describe ${topic} in one sentence.`,
});
await server.start({ transportType: 'httpStream', httpStream: { port: Number(port), host: '127.0.0.1' } });
