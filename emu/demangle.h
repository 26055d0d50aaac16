/* demangle.h - names of C++ functions as they stand in the source. */
#ifndef EMU_DEMANGLE_H
#define EMU_DEMANGLE_H

/*
 * "ns::f(int)" of "_ZN2ns1fEi", with what follows an '@' (a version) behind it; any other name as it is, and
 * this one too where libstdc++ is not installed. Valid until the next call.
 */
const char *demangle(const char *name);

#endif
