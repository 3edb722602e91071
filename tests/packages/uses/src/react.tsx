import { createRef } from "react";
import { Track, useTrack, withTracking } from "@passerby/react";
import type { EventOptions, Mark } from "@passerby/react";

const mark: Mark = { name: "Button", version: "2.1" };
const options: EventOptions = { props: { plan: "pro" } };
const Link = withTracking("a", { name: "Link" });
const Greeting = withTracking(({ name }: { name: string }) => <p>{name}</p>, mark);

export function Page() {
  const track = useTrack();
  return (
    <Track name="Page" variant="wide" version="1">
      <button onClick={() => track("Called", options)}>call</button>
      <Link href="/" ref={createRef<HTMLAnchorElement>()} />
      <Greeting name="a" />
      {/* @ts-expect-error it takes a name */}
      <Greeting />
      {/* @ts-expect-error a mark has a name */}
      <Track variant="wide" />
    </Track>
  );
}
