/* What try.py installs in Snug's place. It writes down how it was started (into the file that STANDIN_TOLD names) and
 * ends; with --stay FILE it runs for as long as the file is there, with --open FILE it double-clicks on one, and with
 * --press TITLE it says yes to every question of windows of that title until there are none. */
#include <windows.h>
#include <shellapi.h>
#include <stdio.h>
#include <wchar.h>

static const WCHAR *title;
static int seen;

static void tell(const WCHAR *words) {
    FILE *file = _wfopen(_wgetenv(L"STANDIN_TOLD"), L"a, ccs=UTF-8");
    if (file) {
        fwprintf(file, L"%ls\n", words);
        fclose(file);
    }
}

static BOOL CALLBACK press(HWND window, LPARAM unused) {
    WCHAR kind[64], text[512];
    GetClassNameW(window, kind, 64);
    GetWindowTextW(window, text, 512);
    if (wcscmp(kind, L"#32770") || !IsWindowVisible(window) || !wcsstr(text, title))
        return TRUE;
    seen = 1;
    HWND yes = GetDlgItem(window, IDYES), next = GetDlgItem(window, IDOK), words = GetDlgItem(window, 0xFFFF);
    if (yes || (next && words)) {
        GetWindowTextW(words, text, 512);
        tell(text);
    }
    if (yes || (next && IsWindowEnabled(next)))
        PostMessageW(window, WM_COMMAND, yes ? IDYES : IDOK, 0);
    return TRUE;
}

int wmain(int count, WCHAR **words) {
    WCHAR self[MAX_PATH];
    if (count == 3 && !wcscmp(words[1], L"--open"))
        return ShellExecuteW(NULL, L"open", words[2], NULL, NULL, SW_SHOW) > (HINSTANCE)32 ? 0 : 1;
    if (count == 3 && !wcscmp(words[1], L"--press")) {
        title = words[2];
        for (int found = 0, quiet = 0, tries = 0; quiet < (found ? 20 : 100) && tries < 600; tries++, Sleep(100)) {
            seen = 0;
            EnumWindows(press, 0);
            found |= seen;
            quiet = seen ? 0 : quiet + 1;
        }
        return 0;
    }
    tell(GetCommandLineW());
    /* Windows keeps a program that runs from being written to; under Wine it has to see to it itself. */
    GetModuleFileNameW(NULL, self, MAX_PATH);
    CreateFileW(self, GENERIC_READ, FILE_SHARE_READ | FILE_SHARE_DELETE, NULL, OPEN_EXISTING, 0, NULL);
    if (count == 3 && !wcscmp(words[1], L"--stay"))
        while (GetFileAttributesW(words[2]) != INVALID_FILE_ATTRIBUTES)
            Sleep(50);
    return 0;
}
