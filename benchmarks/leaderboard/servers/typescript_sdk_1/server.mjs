// The workload on the TypeScript SDK 1, without sessions: `server.mjs PORT NAME VERSION CATALOGUE`.
import { readFileSync } from 'node:fs';
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { createMcpExpressApp } from '@modelcontextprotocol/sdk/server/express.js';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
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
const page = { id: z.number(), title: z.string(), updated: z.string(), items: z.array(item) };

function createServer() {
  const server = new McpServer({ name, version });
  server.registerTool(
    'echo',
    { description: 'Give the message back.', inputSchema: { message: z.string() }, annotations: readOnly },
    async ({ message }) => ({ content: [{ type: 'text', text: message }] }),
  );
  server.registerTool(
    'lookup',
    {
      description: 'Look up a page of the catalogue.',
      inputSchema: { id: z.number().int() },
      outputSchema: page,
      annotations: readOnly,
    },
    async ({ id }) => {
      const found = { id, ...catalogue };
      return { content: [{ type: 'text', text: JSON.stringify(found) }], structuredContent: found };
    },
  );
  server.registerResource('about', 'catalogue://about', { mimeType: 'text/plain' }, async (uri) => ({
    contents: [{ uri: uri.href, text: 'A catalogue of widgets.' }],
  }));
  server.registerPrompt(
    'describe',
    { description: 'Ask for a description.', argsSchema: { topic: z.string() } },
    ({ topic }) => ({
      messages: [{ role: 'user', content: { type: 'text', text: `Describe ${topic} in one sentence.` } }],
    }),
  );
  return server;
}

function refuse(_request, response) {
  response.status(405).set('Allow', 'POST').end();
}

const app = createMcpExpressApp();
app.post('/mcp', async (request, response) => {
  const server = createServer();
  const transport = new StreamableHTTPServerTransport({ sessionIdGenerator: undefined });
  response.on('close', () => {
    transport.close();
    server.close();
  });
  await server.connect(transport);
  await transport.handleRequest(request, response, request.body);
});
app.get('/mcp', refuse);
app.delete('/mcp', refuse);
app.listen(Number(port), '127.0.0.1');
