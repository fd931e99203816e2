import { useApp } from "../app.ts";
import { channelLook } from "../names.ts";

/** Says by name and colour which channel something came from or went to. */
export function Badge({ channel }: { readonly channel: string | undefined }) {
  const { texts } = useApp().store;
  const { label, hue } = channelLook(channel, texts.value);
  return (
    <span class="badge" data-channel={channel ?? "webchat"} style={{ "--hue": hue }} title={texts.value.via(label)}>
      {label}
    </span>
  );
}
