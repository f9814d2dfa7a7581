; Snug for Windows: for one user, without administrator rights, over another version in place. make.py hands over what
; is defined outside: VERSION, PAYLOAD (snug.exe, snug-cli.exe, _internal), ICON, PANEL (the picture of the last page), OUT,
; ROOM (letters that the folder's path may have) and, where there is an identity, SIGN (a command that signs the file
; whose name follows it).
;
; The new version is unpacked beside the old one, which is the long part and the one that can fail; then three renames
; put it in its place. Nothing is deleted by force but what has one of our names and lies beside the program.

Unicode true
SetCompressor /SOLID lzma
; Far enough back to find the second program in the first: both hold all of Snug's own modules.
SetCompressorDictSize 32
RequestExecutionLevel user
ManifestDPIAware true
AllowSkipFiles off
BrandingText "Snug ${VERSION}"

!include "MUI2.nsh"
!include "LogicLib.nsh"
!include "WinVer.nsh"
!include "WordFunc.nsh"
!include "x64.nsh"

!define KEY "Software\Microsoft\Windows\CurrentVersion\Uninstall\Snug"
!define CLASSES "Software\Classes"

Name "Snug"
OutFile "${OUT}"
InstallDir "$LOCALAPPDATA\Programs\Snug"
InstallDirRegKey HKCU "${KEY}" "InstallLocation"
VIProductVersion "${VERSION}.0"
VIAddVersionKey "ProductName" "Snug"
VIAddVersionKey "FileDescription" "Snug ${VERSION} set-up"
VIAddVersionKey "FileVersion" "${VERSION}"
VIAddVersionKey "LegalCopyright" "Apache-2.0"
!ifdef SIGN
  !uninstfinalize `${SIGN} "%1"` = 0
  !finalize `${SIGN} "%1"` = 0
!endif

!define MUI_ICON "${ICON}"
!define MUI_UNICON "${ICON}"
!define MUI_WELCOMEFINISHPAGE_BITMAP "${PANEL}"
!define MUI_FINISHPAGE_RUN "$INSTDIR\snug.exe"
!define MUI_FINISHPAGE_RUN_TEXT "Open Snug"
!define MUI_COMPONENTSPAGE_NODESC
!insertmacro MUI_PAGE_COMPONENTS
!define MUI_PAGE_CUSTOMFUNCTION_LEAVE RefuseFolder
!insertmacro MUI_PAGE_DIRECTORY
!insertmacro MUI_PAGE_INSTFILES
!insertmacro MUI_PAGE_FINISH
!insertmacro MUI_UNPAGE_CONFIRM
!insertmacro MUI_UNPAGE_INSTFILES
!insertmacro MUI_LANGUAGE "English"

; On a page this stays on the page; in a section it ends with status 2, and so it does without a window.
!macro REFUSE WORDS
  MessageBox MB_OK|MB_ICONEXCLAMATION "${WORDS}" /SD IDOK
  Abort
!macroend

; Windows lets nobody write to a program that runs. The engines are snug.exe or snug-cli.exe, too.
!macro REFUSE_WHILE_RUNNING PROGRAM
  ${DoWhile} ${FileExists} "${PROGRAM}"
    ClearErrors
    FileOpen $0 "${PROGRAM}" a
    ${IfNot} ${Errors}
      FileClose $0
      ${ExitDo}
    ${EndIf}
    ${If} ${Cmd} `MessageBox MB_RETRYCANCEL|MB_ICONEXCLAMATION "Snug is open, in a window or a terminal. Close it, then try again." /SD IDCANCEL IDCANCEL`
      Abort
    ${EndIf}
  ${Loop}
!macroend

!macro REFUSE_WHILE_OPEN FOLDER
  !insertmacro REFUSE_WHILE_RUNNING "${FOLDER}\snug.exe"
  !insertmacro REFUSE_WHILE_RUNNING "${FOLDER}\snug-cli.exe"
!macroend

; In this order a folder named _internal without a snug.exe is never ours.
!macro MOVE FROM TO
  !insertmacro MOVE_ONE "${FROM}" "${TO}" "_internal"
  !insertmacro MOVE_ONE "${FROM}" "${TO}" "snug-cli.exe"
  !insertmacro MOVE_ONE "${FROM}" "${TO}" "snug.exe"
!macroend

!macro MOVE_ONE FROM TO NAME
  ${If} ${FileExists} "${FROM}\${NAME}"
    Rename "${FROM}\${NAME}" "${TO}\${NAME}"
  ${EndIf}
!macroend

!macro DELETE_PROGRAM FOLDER
  ${If} ${FileExists} "${FOLDER}\remove.exe"
    RMDir /r "${FOLDER}\_internal"
    Delete "${FOLDER}\snug-cli.exe"
    Delete "${FOLDER}\snug.exe"
    Delete "${FOLDER}\remove.exe"
    RMDir /r "${FOLDER}\snug.new"
    RMDir /r "${FOLDER}\snug.old"
    RMDir "${FOLDER}"
  ${EndIf}
!macroend

; What another program opens stays with it.
!macro FORGET_FILES
  DeleteRegKey HKCU "${CLASSES}\Snug.Model"
  ReadRegStr $0 HKCU "${CLASSES}\.gguf" ""
  ${If} $0 == "Snug.Model"
    DeleteRegValue HKCU "${CLASSES}\.gguf" ""
  ${EndIf}
  DeleteRegValue HKCU "${CLASSES}\.gguf\OpenWithProgids" "Snug.Model"
  DeleteRegKey /ifempty HKCU "${CLASSES}\.gguf\OpenWithProgids"
  DeleteRegKey /ifempty HKCU "${CLASSES}\.gguf"
!macroend

; Windows keeps what it knows of files: it has to be told.
!macro TELL_OF_FILES
  System::Call 'shell32::SHChangeNotify(i 0x08000000, i 0, p 0, p 0)'
!macroend

; Before anything is touched: when the folder was chosen, and once more where there are no pages.
Function RefuseFolder
  ${If} ${FileExists} "$INSTDIR\_internal"
  ${AndIfNot} ${FileExists} "$INSTDIR\snug.exe"
  ${AndIfNot} ${FileExists} "$INSTDIR\remove.exe"
    !insertmacro REFUSE "Another program is in $INSTDIR. Choose another folder."
  ${EndIf}
  StrLen $0 $INSTDIR
  ${If} $0 > ${ROOM}
    !insertmacro REFUSE "The path of this folder is too long. Choose one of at most ${ROOM} letters."
  ${EndIf}
  !insertmacro REFUSE_WHILE_OPEN "$INSTDIR"
  ReadRegStr $1 HKCU "${KEY}" "InstallLocation"
  ${If} $1 != ""
    !insertmacro REFUSE_WHILE_OPEN "$1"
  ${EndIf}
  ClearErrors
  CreateDirectory "$INSTDIR\snug.new"
  ${If} ${Errors}
    !insertmacro REFUSE "Snug may not write to $INSTDIR. Choose another folder."
  ${EndIf}
  RMDir "$INSTDIR\snug.new"
  RMDir "$INSTDIR"
FunctionEnd

Section "Snug" PROGRAM
  SectionIn RO
  Call RefuseFolder
  RMDir /r "$INSTDIR\snug.new"
  SetOutPath "$INSTDIR\snug.new"
  File /r "${PAYLOAD}\*.*"
  SetOutPath "$INSTDIR"
  ; Where the version before is, if that is another folder, by whatever name it is reached.
  ReadRegStr $1 HKCU "${KEY}" "InstallLocation"
  ${If} ${FileExists} "$1\snug.new"
    StrCpy $1 ""
  ${EndIf}
  RMDir /r "$INSTDIR\snug.old"
  ClearErrors
  CreateDirectory "$INSTDIR\snug.old"
  !insertmacro MOVE "$INSTDIR" "$INSTDIR\snug.old"
  ${IfNot} ${Errors}
    !insertmacro MOVE "$INSTDIR\snug.new" "$INSTDIR"
  ${Else}
    SetErrors ; looking took them away
  ${EndIf}
  ${If} ${Errors}
    !insertmacro MOVE "$INSTDIR" "$INSTDIR\snug.new"
    !insertmacro MOVE "$INSTDIR\snug.old" "$INSTDIR"
    RMDir "$INSTDIR\snug.old"
    !insertmacro REFUSE "Another program uses a file of Snug. The version before stays. Restart the computer, then try again."
  ${EndIf}
  RMDir /r "$INSTDIR\snug.old"
  RMDir "$INSTDIR\snug.new"
  WriteUninstaller "$INSTDIR\remove.exe"
  CreateShortcut "$SMPROGRAMS\Snug.lnk" "$INSTDIR\snug.exe"
  ${If} $1 != ""
    !insertmacro DELETE_PROGRAM "$1"
  ${EndIf}
  WriteRegStr HKCU "${KEY}" "DisplayName" "Snug"
  WriteRegStr HKCU "${KEY}" "DisplayVersion" "${VERSION}"
  WriteRegStr HKCU "${KEY}" "DisplayIcon" "$INSTDIR\snug.exe"
  WriteRegStr HKCU "${KEY}" "Publisher" "Snug project"
  WriteRegStr HKCU "${KEY}" "InstallLocation" "$INSTDIR"
  WriteRegStr HKCU "${KEY}" "UninstallString" '"$INSTDIR\remove.exe"'
  WriteRegStr HKCU "${KEY}" "QuietUninstallString" '"$INSTDIR\remove.exe" /S'
  WriteRegDWORD HKCU "${KEY}" "NoModify" 1
  WriteRegDWORD HKCU "${KEY}" "NoRepair" 1
  SectionGetSize ${PROGRAM} $0
  WriteRegDWORD HKCU "${KEY}" "EstimatedSize" $0
  !insertmacro FORGET_FILES
SectionEnd

; What another program opens stays with it: Snug is then one of those under "Open with".
Section "Open model files (.gguf) with Snug" FILES
  WriteRegStr HKCU "${CLASSES}\Snug.Model" "" "Language model"
  WriteRegStr HKCU "${CLASSES}\Snug.Model\DefaultIcon" "" "$INSTDIR\snug.exe,0"
  WriteRegStr HKCU "${CLASSES}\Snug.Model\shell\open\command" "" '"$INSTDIR\snug.exe" "%1"'
  WriteRegNone HKCU "${CLASSES}\.gguf\OpenWithProgids" "Snug.Model"
  ReadRegStr $0 HKCU "${CLASSES}\.gguf" ""
  ReadRegStr $1 HKLM "${CLASSES}\.gguf" ""
  ${If} "$0$1" == ""
    WriteRegStr HKCU "${CLASSES}\.gguf" "" "Snug.Model"
  ${EndIf}
SectionEnd

Section
  !insertmacro TELL_OF_FILES
SectionEnd

Function .onInit
  ${IfNot} ${RunningX64}
  ${OrIfNot} ${AtLeastWin10}
    !insertmacro REFUSE "Snug needs Windows 10 or later, 64-bit."
  ${EndIf}
  ReadRegStr $1 HKCU "${KEY}" "DisplayVersion"
  ${If} $1 == ""
    Return
  ${EndIf}
  ; Whoever wanted no model files opened is not asked again.
  ClearErrors
  ReadRegStr $0 HKCU "${CLASSES}\Snug.Model" ""
  ${If} ${Errors}
    SectionSetFlags ${FILES} 0
  ${EndIf}
  ${VersionCompare} "$1" "${VERSION}" $0
  ${If} $0 == 1
  ${AndIf} ${Cmd} `MessageBox MB_YESNO|MB_ICONQUESTION|MB_DEFBUTTON2 "Snug $1 is here, which is newer than ${VERSION}. The older one may not open your chats. Install it all the same?" /SD IDNO IDNO`
    Abort
  ${EndIf}
FunctionEnd

Function .onInstFailed
  SetOutPath "$TEMP"
  RMDir /r "$INSTDIR\snug.new"
  RMDir "$INSTDIR"
FunctionEnd

Section "Uninstall"
  SetOutPath "$TEMP"
  !insertmacro REFUSE_WHILE_OPEN "$INSTDIR"
  !insertmacro DELETE_PROGRAM "$INSTDIR"
  Delete "$SMPROGRAMS\Snug.lnk"
  !insertmacro FORGET_FILES
  !insertmacro TELL_OF_FILES
  DeleteRegKey HKCU "${KEY}"
  ${If} ${FileExists} "$LOCALAPPDATA\Snug\*.*"
  ${AndIf} ${Cmd} `MessageBox MB_YESNO|MB_ICONQUESTION|MB_DEFBUTTON2 "Delete your chats and models as well? They are in $LOCALAPPDATA\Snug. This cannot be undone." /SD IDNO IDYES`
    RMDir /r "$LOCALAPPDATA\Snug"
    ${If} ${FileExists} "$LOCALAPPDATA\Snug\*.*"
      MessageBox MB_OK|MB_ICONEXCLAMATION "Not all of it could be deleted. The rest is in $LOCALAPPDATA\Snug." /SD IDOK
    ${EndIf}
  ${EndIf}
SectionEnd
