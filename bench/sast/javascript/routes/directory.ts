import { Router } from "express";
import * as directory from "../services/directory";

export const router = Router();

router.get("/people", directory.people);
router.get("/people/value", directory.peopleByValue);
router.get("/people/kind", directory.peopleOfKind);
router.get("/room", directory.room);
router.get("/room/bound", directory.roomBound);
router.get("/partner", directory.partner);
router.get("/partner/checked", directory.partnerChecked);
