import type { GrainCallContext, Kind } from "@ts-grain/cluster";
import { getLampGrainClient, newRoomKind, RoomKind } from "./gen/lighting/v1/lighting_grain.ts";
import {
  type BlinkLampRequest,
  type DimLampRequest,
  type Notice,
  NoticeSchema,
} from "./gen/lighting/v1/lighting_pb.ts";

/** A room, which calls lamps and publishes notices. */
class Room extends RoomKind {
  override async dimLamp({ lamp, level }: DimLampRequest, context: GrainCallContext) {
    return getLampGrainClient(context, lamp).dim(
      { level, wish: { by: "room" } },
      { headers: { by: "room" } },
    );
  }

  override async blinkLamp({ lamp }: BlinkLampRequest) {
    await getLampGrainClient(this.context, lamp).blink({});
    return {};
  }

  override async announce(notice: Notice) {
    await this.context.cluster.topic("notices", NoticeSchema).publish(notice);
    return {};
  }
}

export const roomKind: Kind = newRoomKind(() => new Room());
