# Made-up samples for tests: doors whose width hangs on their use, and a fire rating that hangs on their material.
# awk -v n=400 -v seed=1 -f samples.awk
function pick(a, n) { return a[1 + int(rand() * n)] }
BEGIN {
    srand(seed)
    split("office corridor store bath", use, " ")
    split("steel wood glass", material, " ")
    base["office"] = 0.90; base["corridor"] = 1.05; base["store"] = 0.75; base["bath"] = 0.70
    for (i = 0; i < n; i++) {
        b = int(rand() * 12)
        side = b < 8 ? "train" : b < 10 ? "val" : "test"
        u = pick(use, 4); m = pick(material, 3)
        w = base[u] + 0.01 * int(rand() * 9 - 4)
        fire = m == "steel" ? 5400 : m == "wood" ? 1800 : 0
        if (rand() < 0.1) fire = 1800
        printf "{\"kind\":\"sample\",\"v\":1,\"id\":\"b%d/e%d\",\"building\":\"b%d\",\"file\":\"b%d.ifc\",\"parent\":\"b%d/e%d\",", b, i, b, b, b, i
        printf "\"origin\":\"observed\",\"class\":\"IfcDoor\",\"name\":\"Door %s %d x 2100mm\",\"fields\":[", u, w * 1000
        printf "[\"class\",\"IfcDoor\"],[\"name\",\"Door %s %d x 2100mm\"],", u, w * 1000
        printf "[\"Qto_DoorBaseQuantities.Width\",%g,\"m\"],[\"Pset_DoorCommon.Reference\",\"%s\"],", w, u
        printf "[\"material.name\",\"%s\"],[\"Pset_DoorCommon.FireRating\",%d,\"s\"],", m, fire
        printf "[\"Pset_DoorCommon.IsExternal\",%s]],\"rules\":[", (rand() < 0.5 ? "true" : "false")
        printf "{\"rule\":\"DOOR_WIDTH\",\"tests\":[\"Qto_DoorBaseQuantities.Width\"],\"op\":\">=\",\"limit\":0.815,\"unit\":\"m\",\"severity\":\"ERROR\",\"section\":\"404.2.3\",\"label\":\"%s\",\"field\":\"Qto_DoorBaseQuantities.Width\"},", (w >= 0.815 ? "pass" : "fail")
        printf "{\"rule\":\"DOOR_FIRE\",\"tests\":[\"Pset_DoorCommon.FireRating\"],\"op\":\">=\",\"limit\":1800,\"unit\":\"s\",\"severity\":\"WARNING\",\"section\":\"716\",\"label\":\"%s\",\"field\":\"Pset_DoorCommon.FireRating\"}],", (fire >= 1800 ? "pass" : "fail")
        printf "\"side\":\"%s\"}\n", side
    }
    printf "{\"kind\":\"extracted\",\"v\":1,\"id\":\"extracted\"}\n"
}
