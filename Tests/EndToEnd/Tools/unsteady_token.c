/* A PKCS#11 module in front of another one, for what a sound token does not do:
 *
 *   UNSTEADY_MODULE      the module behind it
 *   UNSTEADY_SESSIONS    there are so many sessions and no more (CKR_SESSION_COUNT)
 *   UNSTEADY_SIGNATURES  so many signatures are made, then the token is gone (CKR_DEVICE_REMOVED)
 *   UNSTEADY_LOST        so many signatures are made, then the token is pulled out (CKR_DEVICE_REMOVED) and plugged in again: sessions and
 *                        the login are gone
 *   UNSTEADY_VANISH      it was not plugged in again: there is no slot with a token any more
 *   UNSTEADY_NEW_PIN     the PIN is another one when it is plugged in again
 *   UNSTEADY_NEW_FLAGS   is added to the flags of every token once it is plugged in again (hexadecimal)
 *   UNSTEADY_REMOVED     so many signatures are made, then the token has no keys any more (CKR_KEY_HANDLE_INVALID)
 *   UNSTEADY_NO_PSS      the token does not sign by CKM_RSA_PKCS_PSS
 *   UNSTEADY_SPOIL       the signature of this number has a bit the other way round
 *   UNSTEADY_FLAGS       is added to the flags of every token (hexadecimal)
 *   UNSTEADY_MUTE        no key may sign (CKA_SIGN is false)
 *   UNSTEADY_LOGINS      a file that grows by a byte with every attempt to log in
 */
#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef unsigned long ulong_;
typedef struct { ulong_ version; void *function[68]; } functions;

enum {
    GetSlotList = 4, GetTokenInfo = 6, GetMechanismInfo = 8, OpenSession = 12, CloseSession = 13, CloseAllSessions = 14, Login = 18,
    GetAttributeValue = 24, FindObjects = 27, SignInit = 42, Sign = 43, flags_offset = 32 + 32 + 16 + 16
};

static functions *behind, front;
static atomic_long made, open_sessions;
static atomic_ulong slot_in_use;
static atomic_int was_lost;
/* SoftHSM does not expect sessions to be closed while they sign: whoever signs holds it for reading, whoever closes all for writing. */
static pthread_rwlock_t signing = PTHREAD_RWLOCK_INITIALIZER;

static int has_made(const char *name) {
    const char *number = getenv(name);
    return number != NULL && atomic_load(&made) > atol(number);
}

static ulong_ get_slot_list(unsigned char present, ulong_ *slots, ulong_ *count) {
    if (was_lost && getenv("UNSTEADY_VANISH") != NULL) {
        *count = 0;
        return 0;
    }
    return ((ulong_ (*)(unsigned char, ulong_ *, ulong_ *))behind->function[GetSlotList])(present, slots, count);
}

static ulong_ get_token_info(ulong_ slot, unsigned char *info) {
    ulong_ result = ((ulong_ (*)(ulong_, unsigned char *))behind->function[GetTokenInfo])(slot, info);
    const char *flags = getenv("UNSTEADY_FLAGS"), *later = was_lost ? getenv("UNSTEADY_NEW_FLAGS") : NULL;
    if (result == 0) {
        ulong_ all;
        memcpy(&all, info + flags_offset, sizeof all);
        if (flags != NULL) all |= strtoul(flags, NULL, 16);
        if (later != NULL) all |= strtoul(later, NULL, 16);
        memcpy(info + flags_offset, &all, sizeof all);
    }
    return result;
}

static ulong_ get_mechanism_info(ulong_ slot, ulong_ type, void *info) {
    if (type == 0xD && getenv("UNSTEADY_NO_PSS") != NULL) return 0x70;
    return ((ulong_ (*)(ulong_, ulong_, void *))behind->function[GetMechanismInfo])(slot, type, info);
}

static ulong_ open_session(ulong_ slot, ulong_ flags, void *application, void *notify, ulong_ *session) {
    const char *most = getenv("UNSTEADY_SESSIONS");
    if (atomic_fetch_add(&open_sessions, 1) >= (most == NULL ? 1000 : atol(most))) {
        atomic_fetch_sub(&open_sessions, 1);
        return 0xB1;
    }
    slot_in_use = slot;
    return ((ulong_ (*)(ulong_, ulong_, void *, void *, ulong_ *))behind->function[OpenSession])(
        slot, flags, application, notify, session);
}

static ulong_ close_session(ulong_ session) {
    ulong_ result = ((ulong_ (*)(ulong_))behind->function[CloseSession])(session);
    if (result == 0) atomic_fetch_sub(&open_sessions, 1);
    return result;
}

static void pull_out(void) {
    pthread_rwlock_wrlock(&signing);
    if (((ulong_ (*)(ulong_))behind->function[CloseAllSessions])(slot_in_use) != 0) abort();
    open_sessions = 0;
    was_lost = 1;
    pthread_rwlock_unlock(&signing);
}

static ulong_ login(ulong_ session, ulong_ user, unsigned char *pin, ulong_ length) {
    const char *file = getenv("UNSTEADY_LOGINS");
    if (file != NULL) {
        int log = open(file, O_WRONLY | O_CREAT | O_APPEND, 0600);
        if (log < 0 || write(log, "x", 1) != 1) abort();
        close(log);
    }
    if (was_lost && getenv("UNSTEADY_NEW_PIN") != NULL) return 0xA0;
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

static ulong_ find_objects(ulong_ session, ulong_ *objects, ulong_ most, ulong_ *count) {
    ulong_ result = ((ulong_ (*)(ulong_, ulong_ *, ulong_, ulong_ *))behind->function[FindObjects])(session, objects, most, count);
    if (has_made("UNSTEADY_REMOVED")) *count = 0;
    return result;
}

static ulong_ sign_init(ulong_ session, void *mechanism, ulong_ key) {
    if (has_made("UNSTEADY_REMOVED")) return 0x60;
    pthread_rwlock_rdlock(&signing);
    ulong_ result = ((ulong_ (*)(ulong_, void *, ulong_))behind->function[SignInit])(session, mechanism, key);
    pthread_rwlock_unlock(&signing);
    return result;
}

static ulong_ sign(ulong_ session, void *data, ulong_ size, unsigned char *signature, ulong_ *length) {
    const char *most = getenv("UNSTEADY_SIGNATURES"), *last = getenv("UNSTEADY_LOST"), *spoiled = getenv("UNSTEADY_SPOIL");
    long number = signature == NULL ? 0 : atomic_fetch_add(&made, 1) + 1;
    if (most != NULL && number > atol(most)) return 0x32;
    if (last != NULL && number == atol(last) + 1) {
        pull_out();
        return 0x32;
    }
    pthread_rwlock_rdlock(&signing);
    ulong_ result = ((ulong_ (*)(ulong_, void *, ulong_, unsigned char *, ulong_ *))behind->function[Sign])(
        session, data, size, signature, length);
    pthread_rwlock_unlock(&signing);
    if (result == 0 && spoiled != NULL && number == atol(spoiled)) signature[*length - 1] ^= 1;
    return result;
}

ulong_ C_GetFunctionList(functions **list) {
    const char *path = getenv("UNSTEADY_MODULE");
    void *library = path == NULL ? NULL : dlopen(path, RTLD_NOW);
    ulong_ (*get)(functions **) = library == NULL ? NULL : (ulong_ (*)(functions **))dlsym(library, "C_GetFunctionList");
    if (get == NULL || get(&behind) != 0) return 5;
    front = *behind;
    front.function[GetSlotList] = get_slot_list;
    front.function[GetTokenInfo] = get_token_info;
    front.function[GetMechanismInfo] = get_mechanism_info;
    front.function[OpenSession] = open_session;
    front.function[CloseSession] = close_session;
    front.function[Login] = login;
    front.function[GetAttributeValue] = get_attribute_value;
    front.function[FindObjects] = find_objects;
    front.function[SignInit] = sign_init;
    front.function[Sign] = sign;
    *list = &front;
    return 0;
}
