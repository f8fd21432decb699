"""For schemathesis: how bodies of the gate's media types are written. A hook module, named by SCHEMATHESIS_HOOKS."""

import schemathesis

for media_type in ["application/pkcs10", "application/jose"]:

    @schemathesis.serializer(media_type)
    def serialize(_, value):
        return value if isinstance(value, bytes) else str(value).encode()
