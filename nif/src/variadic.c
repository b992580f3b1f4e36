/* The functions of erl_nif.h whose arguments vary in number. They gather them and call Rust. */

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef uint64_t term;
struct env;

/* misc.rs and terms.rs */
extern term enif_make_tuple_from_array(struct env *env, const term *elements, unsigned count);
extern term enif_make_list_from_array(struct env *env, const term *elements, unsigned count);
extern int oxbeam_nif_print(term value, char *buffer, size_t size);
extern int oxbeam_nif_set_option(struct env *env, int option, void *callback);

#define FEW 32

static term gather(struct env *env, unsigned count, va_list arguments,
                   term (*make)(struct env *, const term *, unsigned))
{
    term few[FEW] = {0};
    term *elements = count <= FEW ? few : malloc(count * sizeof(term));
    term made;
    unsigned index;
    if (elements == NULL)
        abort();
    for (index = 0; index < count; index++)
        elements[index] = va_arg(arguments, term);
    made = make(env, elements, count);
    if (elements != few)
        free(elements);
    return made;
}

term enif_make_tuple(struct env *env, unsigned count, ...)
{
    va_list arguments;
    term made;
    va_start(arguments, count);
    made = gather(env, count, arguments, enif_make_tuple_from_array);
    va_end(arguments);
    return made;
}

term enif_make_list(struct env *env, unsigned count, ...)
{
    va_list arguments;
    term made;
    va_start(arguments, count);
    made = gather(env, count, arguments, enif_make_list_from_array);
    va_end(arguments);
    return made;
}

/* Output of a format: counted to the end, kept as far as there is room. */
struct output {
    char *bytes;
    size_t size;
    size_t length;
};

static void put(struct output *output, const char *bytes, size_t count)
{
    if (output->length < output->size) {
        size_t room = output->size - output->length;
        memcpy(output->bytes + output->length, bytes, count < room ? count : room);
    }
    output->length += count;
}

/* One conversion of the C library, whose text is in `piece`. */
static void put_piece(struct output *output, const char *piece, va_list *arguments, int stars, char kind,
                      char length, int doubled)
{
    char small[256];
    char *text = small;
    int width[2] = {0, 0};
    int count = 0, pass, index;
    union {
        long long integer;
        double real;
        long double long_real;
        void *pointer;
    } value;
    int is_real = strchr("eEfFgGaA", kind) != NULL;
    int is_pointer = kind == 's' || kind == 'p';

    memset(&value, 0, sizeof(value));
    for (index = 0; index < stars; index++)
        width[index] = va_arg(*arguments, int);
    if (is_real && length == 'L')
        value.long_real = va_arg(*arguments, long double);
    else if (is_real)
        value.real = va_arg(*arguments, double);
    else if (is_pointer)
        value.pointer = va_arg(*arguments, void *);
    else if (length == 'l' || length == 'z' || length == 't' || length == 'j' || doubled)
        value.integer = va_arg(*arguments, long);
    else
        value.integer = va_arg(*arguments, int);
#define PRINT(what)                                                                          \
    (stars == 0   ? snprintf(text, size, piece, (what))                                      \
     : stars == 1 ? snprintf(text, size, piece, width[0], (what))                            \
                  : snprintf(text, size, piece, width[0], width[1], (what)))
    for (pass = 0; pass < 2; pass++) {
        size_t size = pass == 0 ? sizeof(small) : (size_t)count + 1;
        if (is_real && length == 'L')
            count = PRINT(value.long_real);
        else if (is_real)
            count = PRINT(value.real);
        else if (is_pointer)
            count = PRINT(value.pointer);
        else if (length == 'l' || length == 'z' || length == 't' || length == 'j' || doubled)
            count = PRINT((long)value.integer);
        else
            count = PRINT((int)value.integer);
        if (count < 0)
            return;
        if ((size_t)count < size)
            break;
        text = malloc((size_t)count + 1);
        if (text == NULL)
            return;
    }
#undef PRINT
    put(output, text, (size_t)count);
    if (text != small)
        free(text);
}

/* As vsnprintf, with %T for terms. */
static void format(struct output *output, const char *text, va_list *arguments)
{
    while (*text != 0) {
        const char *start = text;
        char piece[64];
        char length = 0;
        int stars = 0, doubled = 0;
        if (*text != '%') {
            const char *next = strchr(text, '%');
            size_t count = next == NULL ? strlen(text) : (size_t)(next - text);
            put(output, text, count);
            text += count;
            continue;
        }
        text++;
        while (*text != 0 && strchr("-+ #0123456789.*", *text) != NULL) {
            stars += *text == '*';
            text++;
        }
        while (*text != 0 && strchr("hlLqjzt", *text) != NULL) {
            doubled |= length == 'l' && *text == 'l';
            length = *text++;
        }
        if (*text == 0) {
            put(output, start, (size_t)(text - start));
            return;
        }
        if (*text == '%') {
            put(output, "%", 1);
        } else if (*text == 'T') {
            term value = va_arg(*arguments, term);
            int count = oxbeam_nif_print(value, NULL, 0);
            char *printed = malloc((size_t)count + 1);
            if (printed != NULL) {
                oxbeam_nif_print(value, printed, (size_t)count);
                put(output, printed, (size_t)count);
                free(printed);
            }
        } else if ((size_t)(text - start) + 2 <= sizeof(piece) && stars <= 2 &&
                   strchr("diouxXcspeEfFgGaA", *text) != NULL) {
            memcpy(piece, start, (size_t)(text - start) + 1);
            piece[text - start + 1] = 0;
            put_piece(output, piece, arguments, stars, *text, length, doubled);
        } else {
            put(output, start, (size_t)(text - start) + 1);
        }
        text++;
    }
}

int enif_vsnprintf(char *buffer, size_t size, const char *text, va_list arguments)
{
    struct output output = {buffer, size, 0};
    va_list copy;
    va_copy(copy, arguments);
    format(&output, text, &copy);
    va_end(copy);
    if (size > 0)
        buffer[output.length < size ? output.length : size - 1] = 0;
    return (int)output.length;
}

int enif_snprintf(char *buffer, size_t size, const char *text, ...)
{
    va_list arguments;
    int count;
    va_start(arguments, text);
    count = enif_vsnprintf(buffer, size, text, arguments);
    va_end(arguments);
    return count;
}

int enif_vfprintf(FILE *file, const char *text, va_list arguments)
{
    va_list copy;
    int count;
    char *buffer;
    va_copy(copy, arguments);
    count = enif_vsnprintf(NULL, 0, text, copy);
    va_end(copy);
    buffer = malloc((size_t)count + 1);
    if (buffer == NULL)
        return -1;
    enif_vsnprintf(buffer, (size_t)count + 1, text, arguments);
    if (fwrite(buffer, 1, (size_t)count, file) != (size_t)count)
        count = -1;
    free(buffer);
    return count;
}

int enif_fprintf(FILE *file, const char *text, ...)
{
    va_list arguments;
    int count;
    va_start(arguments, text);
    count = enif_vfprintf(file, text, arguments);
    va_end(arguments);
    return count;
}

int enif_set_option(struct env *env, int option, ...)
{
    enum { delay_halt = 1 };
    va_list arguments;
    void *callback = NULL;
    if (option != delay_halt) {
        va_start(arguments, option);
        callback = va_arg(arguments, void *);
        va_end(arguments);
    }
    return oxbeam_nif_set_option(env, option, callback);
}
