/* A PKCS#11 module in front of another one, for what a sound token does not do:
 *
 *   UNSTEADY_MODULE      the module behind it
 *   UNSTEADY_SESSIONS    there are so many sessions and no more (CKR_SESSION_COUNT)
 *   UNSTEADY_SIGNATURES  so many signatures are made, then the token is gone (CKR_DEVICE_REMOVED)
 *   UNSTEADY_SPOIL       the signature of this number has a bit the other way round
 *   UNSTEADY_FLAGS       is added to the flags of every token (hexadecimal)
 *   UNSTEADY_MUTE        no key may sign (CKA_SIGN is false)
 *   UNSTEADY_LOGINS      a file that grows by a byte with every attempt to log in
 */
#include <dlfcn.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef unsigned long ulong_;
typedef struct { ulong_ version; void *function[68]; } functions;

enum { GetTokenInfo = 6, OpenSession = 12, CloseSession = 13, Login = 18, GetAttributeValue = 24, Sign = 43, flags_offset = 32 + 32 + 16 + 16 };

static functions *behind, front;
static atomic_long made, open_sessions;

static ulong_ get_token_info(ulong_ slot, unsigned char *info) {
    ulong_ result = ((ulong_ (*)(ulong_, unsigned char *))behind->function[GetTokenInfo])(slot, info);
    const char *flags = getenv("UNSTEADY_FLAGS");
    if (result == 0 && flags != NULL) {
        ulong_ all;
        memcpy(&all, info + flags_offset, sizeof all);
        all |= strtoul(flags, NULL, 16);
        memcpy(info + flags_offset, &all, sizeof all);
    }
    return result;
}

static ulong_ open_session(ulong_ slot, ulong_ flags, void *application, void *notify, ulong_ *session) {
    const char *most = getenv("UNSTEADY_SESSIONS");
    if (atomic_fetch_add(&open_sessions, 1) >= (most == NULL ? 1000 : atol(most))) {
        atomic_fetch_sub(&open_sessions, 1);
        return 0xB1;
    }
    return ((ulong_ (*)(ulong_, ulong_, void *, void *, ulong_ *))behind->function[OpenSession])(
        slot, flags, application, notify, session);
}

static ulong_ close_session(ulong_ session) {
    atomic_fetch_sub(&open_sessions, 1);
    return ((ulong_ (*)(ulong_))behind->function[CloseSession])(session);
}

static ulong_ login(ulong_ session, ulong_ user, unsigned char *pin, ulong_ length) {
    const char *file = getenv("UNSTEADY_LOGINS");
    if (file != NULL) {
        int log = open(file, O_WRONLY | O_CREAT | O_APPEND, 0600);
        if (log < 0 || write(log, "x", 1) != 1) abort();
        close(log);
    }
    return ((ulong_ (*)(ulong_, ulong_, unsigned char *, ulong_))behind->function[Login])(session, user, pin, length);
}

typedef struct { ulong_ type; unsigned char *value; ulong_ length; } attribute;

static ulong_ get_attribute_value(ulong_ session, ulong_ object, attribute *attributes, ulong_ count) {
    ulong_ result = ((ulong_ (*)(ulong_, ulong_, attribute *, ulong_))behind->function[GetAttributeValue])(
        session, object, attributes, count);
    for (ulong_ i = 0; result == 0 && getenv("UNSTEADY_MUTE") != NULL && i < count; i++)
        if (attributes[i].type == 0x108 && attributes[i].value != NULL) attributes[i].value[0] = 0;
    return result;
}

static ulong_ sign(ulong_ session, void *data, ulong_ size, unsigned char *signature, ulong_ *length) {
    const char *most = getenv("UNSTEADY_SIGNATURES"), *spoiled = getenv("UNSTEADY_SPOIL");
    long number = signature == NULL ? 0 : atomic_fetch_add(&made, 1) + 1;
    if (most != NULL && number > atol(most)) return 0x32;
    ulong_ result = ((ulong_ (*)(ulong_, void *, ulong_, unsigned char *, ulong_ *))behind->function[Sign])(
        session, data, size, signature, length);
    if (result == 0 && spoiled != NULL && number == atol(spoiled)) signature[*length - 1] ^= 1;
    return result;
}

ulong_ C_GetFunctionList(functions **list) {
    const char *path = getenv("UNSTEADY_MODULE");
    void *library = path == NULL ? NULL : dlopen(path, RTLD_NOW);
    ulong_ (*get)(functions **) = library == NULL ? NULL : (ulong_ (*)(functions **))dlsym(library, "C_GetFunctionList");
    if (get == NULL || get(&behind) != 0) return 5;
    front = *behind;
    front.function[GetTokenInfo] = get_token_info;
    front.function[OpenSession] = open_session;
    front.function[CloseSession] = close_session;
    front.function[Login] = login;
    front.function[GetAttributeValue] = get_attribute_value;
    front.function[Sign] = sign;
    *list = &front;
    return 0;
}
