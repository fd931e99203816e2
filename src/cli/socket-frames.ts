/** The frames of a WebSocket (RFC 6455, 5), as a client writes and reads them. */
export const OPCODES = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const;

/** One message, put together where it came in parts. */
export interface Message {
  readonly opcode: number;
  readonly payload: Buffer;
}

interface Header {
  readonly final: boolean;
  readonly opcode: number;
  readonly headBytes: number;
  readonly payloadBytes: number;
}

/** Above what a gateway ever answers: whoever sends more is none. */
const LARGEST = 64 * 1024 * 1024;
const FINAL = 0x80;
const MASKED = 0x80;
const RESERVED = 0x70;
/** Opcodes from here on steer the connection; they come whole, and between the parts of a message too. */
const FIRST_CONTROL = 8;

function lengthBytes(length: number): Buffer {
  if (length < 126) return Buffer.from([MASKED | length]);
  const out = Buffer.alloc(length < 65_536 ? 3 : 9);
  out[0] = MASKED | (length < 65_536 ? 126 : 127);
  if (length < 65_536) out.writeUInt16BE(length, 1);
  else out.writeBigUInt64BE(BigInt(length), 1);
  return out;
}

/** One whole message in one frame, masked with four bytes as what a client sends has to be. */
export function maskedFrame(opcode: number, payload: Buffer, mask: Buffer): Buffer {
  const body = Buffer.from(payload);
  for (let at = 0; at < body.length; at++) body[at] = (body[at] ?? 0) ^ (mask[at % 4] ?? 0);
  return Buffer.concat([Buffer.from([FINAL | opcode]), lengthBytes(payload.length), mask, body]);
}

/** The header at the beginning of `read`; null as long as it is not complete. Throws for what no server may send. */
function headerOf(read: Buffer): Header | null {
  const [first, second] = read;
  if (first === undefined || second === undefined) return null;
  if ((first & RESERVED) !== 0 || (second & MASKED) !== 0) throw new Error("a frame that nobody agreed to");
  const extended = second === 126 ? 2 : second === 127 ? 8 : 0;
  if (read.length < 2 + extended) return null;
  const payloadBytes = extended === 0 ? second : extended === 2 ? read.readUInt16BE(2) : Number(read.readBigUInt64BE(2));
  if (payloadBytes > LARGEST) throw new Error(`a frame of ${payloadBytes} bytes`);
  return { final: (first & FINAL) !== 0, opcode: first & 0x0f, headBytes: 2 + extended, payloadBytes };
}

/** Puts the parts of messages together; a part of more than all may hold is refused. */
function createAssembly(onMessage: (message: Message) => void): (header: Header, payload: Buffer) => void {
  let begun: { readonly opcode: number; readonly parts: Buffer[] } | null = null;
  return ({ final, opcode }, payload) => {
    if (opcode >= FIRST_CONTROL) return onMessage({ opcode, payload });
    if ((opcode === OPCODES.continuation) !== (begun !== null)) throw new Error("a part of no message");
    begun ??= { opcode, parts: [] };
    begun.parts.push(payload);
    if (begun.parts.reduce((sum, { length }) => sum + length, 0) > LARGEST) throw new Error("a message too large");
    if (!final) return;
    const whole = { opcode: begun.opcode, payload: begun.parts.length === 1 ? payload : Buffer.concat(begun.parts) };
    begun = null;
    onMessage(whole);
  };
}

/** Takes what the connection brings, however it is cut, and gives whole messages. Throws when it is no WebSocket's. */
export function createFrameReader(onMessage: (message: Message) => void): (chunk: Buffer) => void {
  const assemble = createAssembly(onMessage);
  let chunks: Buffer[] = [];
  let bytes = 0;
  let needed = 2;
  return (chunk) => {
    chunks.push(chunk);
    bytes += chunk.length;
    // A long frame comes in many chunks: they are joined once it is complete, not each time.
    while (bytes >= needed) {
      const read: Buffer = chunks.length === 1 ? (chunks[0] ?? chunk) : Buffer.concat(chunks);
      const header = headerOf(read);
      const end = header === null ? bytes + 1 : header.headBytes + header.payloadBytes;
      chunks = [read];
      needed = end;
      if (header === null || bytes < end) return;
      chunks = [read.subarray(end)];
      bytes -= end;
      needed = 2;
      assemble(header, read.subarray(header.headBytes, end));
    }
  };
}
