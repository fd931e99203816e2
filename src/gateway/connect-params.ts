import { z } from "zod";

const name = z.string().min(1).max(256);
const secret = z.string().max(4_096).nullish();

/** What a client sends first (spec 11.1). Unknown fields pass: newer clients add them. */
export const connectParams = z.looseObject({
  minProtocol: z.int().min(1),
  maxProtocol: z.int().min(1),
  client: z.looseObject({
    id: name,
    displayName: z.string().max(256).nullish(),
    version: z.string().max(256),
    platform: z.string().max(256),
    deviceFamily: z.string().max(256).nullish(),
    mode: name,
  }),
  /** As the page is shown: `en`, `zh`. */
  locale: z.string().max(64).nullish(),
  role: name.nullish(),
  scopes: z.array(name).max(64).nullish(),
  device: z
    .looseObject({
      id: name,
      publicKey: z.string().min(1).max(4_096),
      signature: z.string().min(1).max(4_096),
      signedAt: z.number(),
      nonce: z.string().max(256).nullish(),
    })
    .nullish(),
  auth: z.looseObject({ token: secret, deviceToken: secret, bootstrapToken: secret, password: secret }).nullish(),
});

export type ConnectParams = z.output<typeof connectParams>;
export type SignedDevice = NonNullable<ConnectParams["device"]>;
